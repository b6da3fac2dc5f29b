with periods as (
    select * from {{ ref("fct_subscription_periods") }}
),

currencies as (
    select
        currency,
        min(starts_on) as first_day
    from periods
    group by currency
),

days as (
    select
        currency,
        {{ each_day("first_day", add_days(-1, as_of())) }} as day
    from currencies
    where first_day < {{ as_of() }}
),

edges as (
    select
        starts_on as day,
        currency,
        monthly_amount as amount
    from periods
    union all
    select
        ends_on as day,
        currency,
        -1 * monthly_amount as amount
    from periods
    where ends_on is not null
),

changes as (
    select
        day,
        currency,
        sum(amount) as amount
    from edges
    group by day, currency
),

final as (
    select
        days.day,
        days.currency,
        sum(coalesce(changes.amount, 0)) over (
            partition by days.currency order by days.day
        ) as value
    from days
    left join changes on days.currency = changes.currency and days.day = changes.day
)

select * from final
