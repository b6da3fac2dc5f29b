with subscriptions as (
    select * from {{ ref("stg_stripe__subscriptions") }}
),

billed as (
    select * from {{ ref("fct_billed_periods") }}
    where not is_metered
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
    where source = 'stripe' and stream = 'subscriptions'
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

-- snapshots with rows that were set aside; what they lack may still be there
gaps as (
    select distinct
        account,
        window_start
    from {{ ref("stg_lake__findings") }}
    where source = 'stripe' and stream = 'subscriptions' and is_set_aside
),

snapshots as (
    select
        windows.account,
        windows.window_start as snapshot_on,
        lag(windows.window_start) over (
            partition by windows.account order by windows.window_start
        ) as previous_on,
        min(case when gaps.window_start is null then windows.window_start end) over (
            partition by windows.account
            order by windows.window_start
            rows between 1 following and unbounded following
        ) as next_whole_on
    from windows
    left join gaps
        on windows.account = gaps.account and windows.window_start = gaps.window_start
),

listed as (
    select
        subscriptions.*,
        snapshots.previous_on,
        snapshots.next_whole_on,
        lag(snapshots.snapshot_on) over (
            partition by subscriptions.account, subscriptions.subscription_item_id
            order by snapshots.snapshot_on
        ) as seen_on,
        lead(snapshots.snapshot_on) over (
            partition by subscriptions.account, subscriptions.subscription_item_id
            order by snapshots.snapshot_on
        ) as seen_next_on,
        {{ joined_columns([
            "status", "paused_collection", "price_id", "quantity", "period_amount_minor",
            "period_discount_minor", "period_tax_inside_minor", "current_period_started_at",
            "trial_ends_at", "ended_at",
        ]) }} as state
    from subscriptions
    inner join snapshots
        on
            subscriptions.account = snapshots.account
            and subscriptions.snapshot_on = snapshots.snapshot_on
),

compared as (
    select
        *,
        lag(state) over (
            partition by account, subscription_item_id order by snapshot_on
        ) as state_before
    from listed
),

-- a part that is as it was in the snapshot before says nothing new
parts as (
    select
        subscriptions.*,
        {{ business_day("subscriptions.current_period_started_at") }} as current_period_on,
        {{ business_day("subscriptions.ended_at") }} as ended_on,
        -- nothing is paid before the trial is over, nor for a part before it is added
        greatest(
            {{ business_day("subscriptions.started_at") }},
            coalesce(
                {{ business_day("subscriptions.trial_ends_at") }},
                {{ business_day("subscriptions.started_at") }}
            ),
            coalesce(
                {{ business_day("subscriptions.item_created_at") }},
                {{ business_day("subscriptions.started_at") }}
            )
        ) as paid_from,
        case subscriptions.price_interval
            when 'year' then subscriptions.price_interval_count * 365
            when 'month' then round(subscriptions.price_interval_count * 365.0 / 12)
            when 'week' then subscriptions.price_interval_count * 7
            else subscriptions.price_interval_count
        end as interval_days,
        row_number() over (
            partition by subscriptions.account, subscriptions.subscription_item_id
            order by subscriptions.snapshot_on
        ) as place
    from compared as subscriptions
    where
        subscriptions.state_before is null
        or subscriptions.state_before <> subscriptions.state
        or subscriptions.seen_on <> subscriptions.previous_on
),

-- the bill that has the price and quantity of the part, the newest first
matching_bills as (
    select
        parts.account,
        parts.snapshot_on,
        parts.subscription_item_id,
        billed.amount,
        billed.whole_days,
        billed.starts_on,
        row_number() over (
            partition by parts.account, parts.snapshot_on, parts.subscription_item_id
            order by billed.starts_on desc
        ) as place
    from parts
    inner join billed
        on
            parts.account = billed.account
            and parts.subscription_item_id = billed.subscription_item_id
            and parts.price_id = billed.price_id
            and parts.quantity = billed.quantity
            and parts.snapshot_on >= billed.starts_on
            and parts.snapshot_on <= {{ add_days("billed.whole_days", "billed.starts_on") }}
            -- not a first period that was cut to begin with the month
            and abs(billed.whole_days - parts.interval_days) * 10 <= parts.interval_days
            -- nor that of a trial, of which the bill is 0
            and billed.starts_on >= coalesce(
                {{ business_day("parts.trial_ends_at") }}, billed.starts_on
            )
),

-- the last bill until a snapshot, or else the first after it: a later one must not change what was known of a day
last_bills as (
    select
        parts.account,
        parts.snapshot_on,
        parts.subscription_item_id,
        billed.listed_minor,
        billed.discount_minor,
        billed.tax_inside_minor,
        billed.amount,
        billed.whole_days,
        row_number() over (
            partition by parts.account, parts.snapshot_on, parts.subscription_item_id
            order by
                case when billed.starts_on <= parts.snapshot_on then 0 else 1 end asc,
                abs({{ days_from("billed.starts_on", "parts.snapshot_on") }}) asc
        ) as place
    from parts
    inner join billed
        on
            parts.account = billed.account
            and parts.subscription_item_id = billed.subscription_item_id
    where not billed.is_change
),

-- what the price does not tell (tax that Stripe reckons, a discount that cannot be read) is as large a share as it was
-- of the last bill
net_of_price as (
    select
        parts.account,
        parts.snapshot_on,
        parts.subscription_item_id,
        parts.period_amount_minor,
        coalesce(
            parts.period_discount_minor,
            round({{ quotient(
                "cast(parts.period_amount_minor as " ~ amount_type() ~ ") * last_bills.discount_minor",
                "cast(last_bills.listed_minor as " ~ amount_type() ~ ")",
            ) }}),
            0
        ) as discount_minor,
        parts.period_tax_inside_minor,
        last_bills.tax_inside_minor,
        last_bills.listed_minor - last_bills.discount_minor as taxed_minor,
        last_bills.amount as last_amount,
        last_bills.whole_days as last_days
    from parts
    left join last_bills
        on
            parts.account = last_bills.account
            and parts.snapshot_on = last_bills.snapshot_on
            and parts.subscription_item_id = last_bills.subscription_item_id
            and last_bills.place = 1
),

priced as (
    select
        account,
        snapshot_on,
        subscription_item_id,
        last_amount,
        last_days,
        period_amount_minor
        - discount_minor
        - coalesce(
            period_tax_inside_minor,
            round({{ quotient(
                "cast((period_amount_minor - discount_minor) * tax_inside_minor as " ~ amount_type() ~ ")",
                "cast(taxed_minor as " ~ amount_type() ~ ")",
            ) }}),
            0
        ) as amount_minor
    from net_of_price
),

amounts as (
    select
        parts.*,
        case
            when matching_bills.amount is not null then matching_bills.whole_days
            when priced.amount_minor is not null then parts.interval_days
            else priced.last_days
        end as whole_days,
        matching_bills.starts_on as billed_since,
        coalesce(
            matching_bills.amount,
            {{ in_major_units("priced.amount_minor", "currencies.stripe_exponent") }},
            priced.last_amount
        ) as amount
    from parts
    inner join priced
        on
            parts.account = priced.account
            and parts.snapshot_on = priced.snapshot_on
            and parts.subscription_item_id = priced.subscription_item_id
    left join matching_bills
        on
            parts.account = matching_bills.account
            and parts.snapshot_on = matching_bills.snapshot_on
            and parts.subscription_item_id = matching_bills.subscription_item_id
            and matching_bills.place = 1
    left join currencies on parts.currency = currencies.currency
),

states as (
    select
        account,
        snapshot_on,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        paid_from,
        current_period_on,
        ended_on,
        place = 1 as is_first,
        status = 'canceled' as is_canceled,
        usage_type = 'licensed' as is_licensed,
        usage_type = 'licensed'
        and status in ('active', 'past_due')
        and paused_collection is null as is_recurring,
        -- a snapshot is taken early in its day and shows how the day before it ended, unless the part was renewed or
        -- began since; between two snapshots it is known when a part began and ended, and since when it is billed so
        case
            when ended_on is not null then ended_on
            when billed_since >= previous_on then least(billed_since, snapshot_on)
            when paid_from > previous_on then least(paid_from, snapshot_on)
            when current_period_on >= snapshot_on then snapshot_on
            when paid_from >= snapshot_on then snapshot_on
            else {{ add_days(-1, "snapshot_on") }}
        end as day,
        {{ a_month("amount", "whole_days") }} as monthly_amount
    from amounts
),

-- a part that is not in the next snapshot without gaps was taken out of its subscription
left_out as (
    select
        account,
        next_whole_on as snapshot_on,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        {{ business_day("started_at") }} as paid_from,
        {{ add_days(-1, "next_whole_on") }} as day
    from listed
    where next_whole_on is not null and coalesce(seen_next_on > next_whole_on, true)
),

final as (
    select
        account,
        snapshot_on,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        day,
        paid_from,
        current_period_on,
        is_first,
        is_canceled,
        is_licensed,
        is_recurring,
        coalesce(monthly_amount, 0) as listed_monthly_amount,
        case when is_recurring then coalesce(monthly_amount, 0) else 0 end as monthly_amount
    from states
    union all
    select
        account,
        snapshot_on,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        day,
        paid_from,
        null as current_period_on,
        false as is_first,
        false as is_canceled,
        true as is_licensed,
        false as is_recurring,
        0 as listed_monthly_amount,
        0 as monthly_amount
    from left_out
)

select * from final
