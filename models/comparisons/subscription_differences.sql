with subscriptions as (
    select * from {{ ref("stg_stripe__subscriptions") }}
),

periods as (
    select * from {{ ref("fct_subscription_periods") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
    where source = 'stripe'
),

-- the subscriptions of a day are compared once the invoices of that day have been pulled
snapshots as (
    select distinct snapshots.window_start as day
    from windows as snapshots
    inner join windows as invoices
        on
            invoices.stream = 'invoice_lines'
            and snapshots.window_start between invoices.window_start and invoices.data_through
    where snapshots.stream = 'subscriptions'
),

-- a period that ends on the day may be billed again later that day; usage, tiers and trials are not billed ahead
unbilled as (
    select
        snapshots.day,
        subscriptions.subscription_item_id,
        'unbilled' as difference
    from snapshots
    inner join subscriptions on snapshots.day = subscriptions.snapshot_on
    left join periods
        on
            subscriptions.subscription_item_id = periods.subscription_item_id
            and snapshots.day between periods.starts_on and periods.ends_on
    where
        periods.subscription_item_id is null
        and subscriptions.status in ('active', 'past_due')
        and subscriptions.quantity > 0
        and subscriptions.unit_amount_minor > 0
),

-- a period that begins on the day may have begun after the snapshot
ended as (
    select
        snapshots.day,
        periods.subscription_item_id,
        'ended' as difference
    from snapshots
    inner join periods
        on snapshots.day > periods.starts_on and snapshots.day < periods.ends_on
    left join subscriptions
        on
            snapshots.day = subscriptions.snapshot_on
            and periods.subscription_item_id = subscriptions.subscription_item_id
            and subscriptions.status not in ('canceled', 'incomplete_expired')
    where subscriptions.subscription_item_id is null and periods.amount > 0
),

differences as (
    select * from unbilled
    union all
    select * from ended
),

final as (
    select
        'stripe' as source,
        'invoice_lines' as stream,
        day,
        difference,
        count(distinct subscription_item_id) as subscription_items
    from differences
    group by day, difference
)

select * from final
