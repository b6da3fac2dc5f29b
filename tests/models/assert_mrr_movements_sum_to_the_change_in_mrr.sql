-- Month by month, account by account and currency by currency. Each row is a month that does not add up.
with mrr as (
    select
        account,
        currency,
        {{ first_of("month", "day") }} as month,
        value,
        row_number() over (
            partition by account, currency, {{ first_of("month", "day") }}
            order by day desc
        ) as place
    from {{ ref("kpi_mrr") }}
),

changes as (
    select
        account,
        currency,
        month,
        value - lag(value, 1, 0) over (
            partition by account, currency order by month
        ) as difference
    from mrr
    where place = 1
),

-- what was paid before the history begins is no movement
parts as (
    select
        account,
        currency,
        day,
        value
    from {{ ref("kpi_mrr_movements") }}
    union all
    select
        account,
        currency,
        starts_on as day,
        monthly_amount as value
    from {{ ref("fct_subscription_periods") }}
    where is_opening
),

movements as (
    select
        account,
        currency,
        {{ first_of("month", "day") }} as month,
        sum(value) as moved
    from parts
    group by account, currency, {{ first_of("month", "day") }}
)

select
    coalesce(changes.account, movements.account) as account,
    coalesce(changes.currency, movements.currency) as currency,
    coalesce(changes.month, movements.month) as month,
    changes.difference,
    movements.moved
from changes
full outer join movements
    on
        changes.account = movements.account
        and changes.currency = movements.currency
        and changes.month = movements.month
where coalesce(changes.difference, 0) <> coalesce(movements.moved, 0)
