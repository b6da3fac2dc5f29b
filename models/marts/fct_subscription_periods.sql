with billed as (
    select * from {{ ref("fct_billed_periods") }}
    where not is_metered
),

states as (
    select * from {{ ref("fct_subscription_states") }}
    where is_licensed
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
    where source = 'stripe'
),

history as (
    select
        account,
        min(case when stream = 'invoice_lines' then window_start end) as begins_on,
        min(case when stream = 'subscriptions' then window_start end) as listed_on
    from windows
    group by account
),

-- the subscriptions overrule the invoices from the day on which they first speak of a part
first_states as (
    select
        account,
        subscription_item_id,
        min(day) as day
    from states
    group by account, subscription_item_id
),

-- of a day, the last snapshot counts
days_of_states as (
    select
        account,
        subscription_item_id,
        day,
        monthly_amount,
        row_number() over (
            partition by account, subscription_item_id, day order by snapshot_on desc
        ) as place
    from states
),

levels as (
    select
        account,
        subscription_item_id,
        day,
        monthly_amount,
        lead(day) over (partition by account, subscription_item_id order by day) as next_day
    from days_of_states
    where place = 1
),

billed_until as (
    select
        billed.*,
        first_states.day is not null as is_listed,
        coalesce(first_states.day, {{ add_days(-1, "history.listed_on") }}) as overruled_on
    from billed
    inner join history on billed.account = history.account
    left join first_states
        on
            billed.account = first_states.account
            and billed.part_id = first_states.subscription_item_id
),

first_bills as (
    select
        account,
        part_id,
        min(starts_on) as starts_on
    from billed
    where not is_change
    group by account, part_id
),

-- what was paid before the first invoice of the history is told by the first bill in it, or by the subscription where
-- that was listed before the bill
openings as (
    select
        states.account,
        states.subscription_item_id as part_id,
        states.subscription_id,
        states.customer_id,
        states.currency,
        history.begins_on as day,
        coalesce(
            case when billed.starts_on <= first_states.day then billed.monthly_amount end,
            states.listed_monthly_amount
        ) as monthly_amount
    from states
    inner join history on states.account = history.account
    inner join first_states
        on
            states.account = first_states.account
            and states.subscription_item_id = first_states.subscription_item_id
    left join first_bills
        on
            states.account = first_bills.account
            and states.subscription_item_id = first_bills.part_id
    left join billed
        on
            first_bills.account = billed.account
            and first_bills.part_id = billed.part_id
            and first_bills.starts_on = billed.starts_on
    where
        states.is_first
        and states.paid_from < history.begins_on
        and first_states.day > history.begins_on
        and coalesce(billed.starts_on > history.begins_on, true)
        and case
            -- the bill before it was made before the history begins
            when billed.whole_days >= 28
                then {{ add_months(
                    "cast(-1 * round(billed.whole_days * 12.0 / 365) as integer)",
                    "billed.starts_on",
                ) }} < history.begins_on
            when billed.part_id is not null
                then {{ days_from("history.begins_on", "billed.starts_on") }} < billed.whole_days
            else
                states.current_period_on < history.begins_on
                and (states.is_recurring or states.is_canceled)
        end
),

events as (
    select
        account,
        part_id,
        subscription_id,
        customer_id,
        currency,
        day,
        monthly_amount,
        1 as rank_of_day,
        cast(null as date) as snapshot_on
    from openings
    union all
    select
        account,
        part_id,
        subscription_id,
        customer_id,
        currency,
        ends_on as day,
        0 as monthly_amount,
        2 as rank_of_day,
        cast(null as date) as snapshot_on
    from billed_until
    where ends_on < coalesce(overruled_on, {{ add_days(1, "ends_on") }})
    union all
    select
        account,
        part_id,
        subscription_id,
        customer_id,
        currency,
        starts_on as day,
        monthly_amount,
        3 as rank_of_day,
        cast(null as date) as snapshot_on
    from billed_until
    where starts_on < coalesce(overruled_on, {{ add_days(1, "starts_on") }})
    union all
    -- between two snapshots, a bill tells what has changed of a part that recurs
    select
        billed.account,
        billed.part_id,
        billed.subscription_id,
        billed.customer_id,
        billed.currency,
        billed.starts_on as day,
        billed.monthly_amount,
        3 as rank_of_day,
        cast(null as date) as snapshot_on
    from billed
    inner join levels
        on
            billed.account = levels.account
            and billed.part_id = levels.subscription_item_id
            and billed.starts_on > levels.day
            and billed.starts_on < coalesce(levels.next_day, {{ add_days(1, "billed.starts_on") }})
    where levels.monthly_amount > 0
    union all
    select
        account,
        subscription_item_id as part_id,
        subscription_id,
        customer_id,
        currency,
        day,
        monthly_amount,
        4 as rank_of_day,
        snapshot_on
    from states
    union all
    -- billed, and in none of the subscriptions that are listed
    select
        account,
        part_id,
        min(subscription_id) as subscription_id,
        min(customer_id) as customer_id,
        min(currency) as currency,
        min(overruled_on) as day,
        0 as monthly_amount,
        4 as rank_of_day,
        min(overruled_on) as snapshot_on
    from billed_until
    where not is_listed and overruled_on is not null
    group by account, part_id
),

-- of a day, what was said last
ranked as (
    select
        *,
        row_number() over (
            partition by account, part_id, day
            order by rank_of_day desc, snapshot_on desc, monthly_amount desc
        ) as place
    from events
),

changes as (
    select
        *,
        lag(monthly_amount) over (partition by account, part_id order by day) as amount_before
    from ranked
    where place = 1
),

stretches as (
    select
        *,
        lead(day) over (partition by account, part_id order by day) as ends_on
    from changes
    where amount_before is null or amount_before <> monthly_amount
),

paid_since as (
    select
        account,
        subscription_item_id,
        min(paid_from) as paid_from
    from states
    group by account, subscription_item_id
),

final as (
    select
        stretches.account,
        stretches.part_id,
        stretches.subscription_id,
        stretches.customer_id,
        stretches.currency,
        greatest(stretches.day, history.begins_on) as starts_on,
        stretches.ends_on,
        stretches.monthly_amount,
        coalesce(paid_since.paid_from < history.begins_on, false) as is_older,
        coalesce(paid_since.paid_from < history.begins_on, false)
        and stretches.day <= history.begins_on as is_opening
    from stretches
    inner join history on stretches.account = history.account
    left join paid_since
        on
            stretches.account = paid_since.account
            and stretches.part_id = paid_since.subscription_item_id
    where
        stretches.monthly_amount <> 0
        and coalesce(stretches.ends_on > history.begins_on, true)
)

select * from final
