with periods as (
    select * from {{ ref("fct_subscription_periods") }}
),

edges as (
    select
        account,
        starts_on as day,
        customer_id,
        currency,
        monthly_amount as amount,
        case when is_opening then monthly_amount else 0 end as opening_amount
    from periods
    union all
    select
        account,
        ends_on as day,
        customer_id,
        currency,
        -1 * monthly_amount as amount,
        0 as opening_amount
    from periods
    where ends_on is not null
),

-- no movement if the next period starts when one ends and costs the same
changes as (
    select
        account,
        day,
        customer_id,
        currency,
        sum(amount) as amount,
        sum(opening_amount) as opening_amount
    from edges
    -- a future end of what is paid is no movement yet: another period may follow
    where day < {{ as_of() }}
    group by account, day, customer_id, currency
    having sum(amount) <> 0
),

customers as (
    select
        account,
        customer_id,
        currency,
        max(case when is_older then 1 else 0 end) = 1 as is_older
    from periods
    group by account, customer_id, currency
),

running as (
    select
        *,
        sum(amount) over (partition by account, customer_id, currency order by day) as mrr_after,
        row_number() over (partition by account, customer_id, currency order by day) as place
    from changes
),

-- what was paid before the history begins is no movement of its first day
moved as (
    select
        running.account,
        running.day,
        running.customer_id,
        running.currency,
        running.place,
        running.mrr_after,
        customers.is_older,
        running.amount - running.opening_amount as amount
    from running
    inner join customers
        on
            running.account = customers.account
            and running.customer_id = customers.customer_id
            and running.currency = customers.currency
),

final as (
    select
        account,
        day,
        customer_id,
        currency,
        case
            when place = 1 and not is_older then 'new'
            when mrr_after = amount then 'reactivation'
            when mrr_after = 0 then 'churn'
            when amount > 0 then 'expansion'
            else 'contraction'
        end as movement,
        cast(amount as {{ amount_type() }}) as amount,
        cast(mrr_after as {{ amount_type() }}) as mrr_after
    from moved
    where amount <> 0
)

select * from final
