with periods as (
    select * from {{ ref("fct_subscription_periods") }}
),

edges as (
    select
        starts_on as day,
        customer_id,
        currency,
        monthly_amount as amount
    from periods
    union all
    select
        ends_on as day,
        customer_id,
        currency,
        -1 * monthly_amount as amount
    from periods
),

-- no movement if the next period starts when one ends and costs the same
changes as (
    select
        day,
        customer_id,
        currency,
        sum(amount) as amount
    from edges
    -- a future end of what is paid is no movement yet: another period may follow
    where day < {{ as_of() }}
    group by day, customer_id, currency
    having sum(amount) <> 0
),

running as (
    select
        *,
        sum(amount) over (partition by customer_id, currency order by day) as mrr_after,
        row_number() over (partition by customer_id, currency order by day) as place
    from changes
),

final as (
    select
        day,
        customer_id,
        currency,
        case
            when place = 1 then 'new'
            when mrr_after = amount then 'reactivation'
            when mrr_after = 0 then 'churn'
            when amount > 0 then 'expansion'
            else 'contraction'
        end as movement,
        amount,
        cast(mrr_after as {{ amount_type() }}) as mrr_after
    from running
)

select * from final
