with subscriptions as (
    select
        *,
        {{ business_day("current_period_started_at") }} as current_period_on
    from {{ ref("stg_stripe__subscriptions") }}
),

periods as (
    select * from {{ ref("fct_billed_periods") }}
    where not is_metered and amount > 0
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
    where source = 'stripe'
),

history as (
    select
        account,
        min(window_start) as begins_on
    from windows
    where stream = 'invoice_lines'
    group by account
),

-- the subscriptions of a day are compared once the invoices of that day have been pulled
snapshots as (
    select distinct
        snapshots.account,
        snapshots.window_start as day
    from windows as snapshots
    inner join windows as invoices
        on
            snapshots.account = invoices.account
            and invoices.stream = 'invoice_lines'
            and snapshots.window_start between invoices.window_start and invoices.data_through
    where snapshots.stream = 'subscriptions'
),

-- a period that ends on the day may be billed again later that day; one that began before the history of invoices was
-- billed before it; use and trials are not billed ahead, and nothing is billed while collection is paused
unbilled as (
    select
        snapshots.account,
        snapshots.day,
        subscriptions.subscription_item_id,
        'unbilled' as difference
    from snapshots
    inner join subscriptions
        on
            snapshots.account = subscriptions.account
            and snapshots.day = subscriptions.snapshot_on
    inner join history on snapshots.account = history.account
    left join periods
        on
            subscriptions.account = periods.account
            and subscriptions.subscription_item_id = periods.subscription_item_id
            and snapshots.day between periods.starts_on and periods.ends_on
    where
        periods.subscription_item_id is null
        and subscriptions.status in ('active', 'past_due')
        and subscriptions.usage_type = 'licensed'
        and subscriptions.paused_collection is null
        and subscriptions.period_amount_minor > coalesce(subscriptions.period_discount_minor, 0)
        and coalesce(
            subscriptions.current_period_on between history.begins_on
            and {{ add_days(-1, "snapshots.day") }},
            true
        )
),

-- a period that begins on the day may have begun after the snapshot
unlisted as (
    select
        snapshots.account,
        snapshots.day,
        periods.part_id as subscription_item_id,
        'unlisted' as difference
    from snapshots
    inner join periods
        on
            snapshots.account = periods.account
            and snapshots.day > periods.starts_on
            and snapshots.day < periods.ends_on
    left join subscriptions
        on
            snapshots.account = subscriptions.account
            and snapshots.day = subscriptions.snapshot_on
            and periods.subscription_id = subscriptions.subscription_id
    where subscriptions.subscription_id is null
),

-- both before discounts, which can begin and end within a period; each line is rounded for itself
repriced as (
    select
        snapshots.account,
        snapshots.day,
        subscriptions.subscription_item_id,
        'repriced' as difference
    from snapshots
    inner join subscriptions
        on
            snapshots.account = subscriptions.account
            and snapshots.day = subscriptions.snapshot_on
    inner join periods
        on
            subscriptions.account = periods.account
            and subscriptions.subscription_item_id = periods.subscription_item_id
            and subscriptions.price_id = periods.price_id
            and subscriptions.quantity = periods.quantity
            and subscriptions.current_period_on = periods.starts_on
            and snapshots.day < periods.ends_on
    where abs(subscriptions.period_amount_minor - periods.listed_minor) > periods.line_count
),

-- what a part costs is told neither by its price, discounts and tax nor by a bill
unpriced as (
    select
        snapshots.account,
        snapshots.day,
        subscriptions.subscription_item_id,
        'unpriced' as difference
    from snapshots
    inner join subscriptions
        on
            snapshots.account = subscriptions.account
            and snapshots.day = subscriptions.snapshot_on
    left join periods
        on
            subscriptions.account = periods.account
            and subscriptions.subscription_item_id = periods.subscription_item_id
    where
        periods.subscription_item_id is null
        and subscriptions.status in ('active', 'past_due')
        and subscriptions.usage_type = 'licensed'
        and subscriptions.paused_collection is null
        and (
            subscriptions.period_amount_minor is null
            or (
                subscriptions.period_amount_minor > 0
                and (
                    subscriptions.period_discount_minor is null
                    or subscriptions.period_tax_inside_minor is null
                )
            )
        )
),

differences as (
    select * from unbilled
    union all
    select * from unlisted
    union all
    select * from repriced
    union all
    select * from unpriced
),

final as (
    select
        'stripe' as source,
        account,
        'invoice_lines' as stream,
        day,
        difference,
        count(distinct subscription_item_id) as subscription_items
    from differences
    group by account, day, difference
)

select * from final
