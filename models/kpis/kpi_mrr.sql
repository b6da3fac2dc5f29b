with periods as (
    select * from {{ ref("fct_subscription_periods") }}
),

currencies as (
    select
        account,
        currency,
        min(starts_on) as first_day
    from periods
    group by account, currency
),

days as (
    select
        account,
        currency,
        {{ each_day("first_day", add_days(-1, as_of())) }} as day
    from currencies
    where first_day < {{ as_of() }}
),

edges as (
    select
        account,
        starts_on as day,
        currency,
        monthly_amount as amount
    from periods
    union all
    select
        account,
        ends_on as day,
        currency,
        -1 * monthly_amount as amount
    from periods
    where ends_on is not null
),

changes as (
    select
        account,
        day,
        currency,
        sum(amount) as amount
    from edges
    group by account, day, currency
),

final as (
    select
        days.account,
        days.day,
        days.currency,
        sum(coalesce(changes.amount, 0)) over (
            partition by days.account, days.currency order by days.day
        ) as value
    from days
    left join changes
        on
            days.account = changes.account
            and days.currency = changes.currency
            and days.day = changes.day
)

select * from final
