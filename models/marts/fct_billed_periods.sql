with lines as (
    select * from {{ ref("fct_subscription_lines") }}
),

subscriptions as (
    select * from {{ ref("stg_stripe__subscriptions") }}
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

whole_lines as (
    select * from lines
    where subscription_item_id is not null and not is_cut
),

-- a tiered price has a line for each tier
wholes as (
    select
        account,
        invoice_id,
        invoice_created_at,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        is_metered,
        period_started_at,
        max(period_ended_at) as period_ended_at,
        min(price_id) as price_id,
        sum(quantity) as quantity,
        count(*) as line_count,
        sum(amount_minor) as listed_minor,
        sum(discount_minor) as discount_minor,
        sum(tax_inside_minor) as tax_inside_minor,
        sum(amount_minor - discount_minor - tax_inside_minor) as amount_minor
    from whole_lines
    group by
        account, invoice_id, invoice_created_at, subscription_item_id, subscription_id,
        customer_id, currency, is_metered, period_started_at
),

dated_wholes as (
    select
        *,
        {{ business_day("period_started_at") }} as starts_on,
        {{ business_day("period_ended_at") }} as paid_until,
        {{ seconds_from("period_started_at", "period_ended_at") }} as period_seconds,
        {{ days_from(business_day("period_started_at"), business_day("period_ended_at")) }}
            as period_days
    from wholes
),

-- a part of a period, to its end: a first one that is cut to begin with the month, and changes, for which what is left
-- of the old price and quantity is given back, and the new is charged for
changes as (
    select
        account,
        subscription_id,
        price_id,
        customer_id,
        currency,
        period_started_at,
        max(invoice_id) as invoice_id,
        max(invoice_created_at) as invoice_created_at,
        max(period_ended_at) as period_ended_at,
        max(interval_days) as interval_days,
        coalesce(sum(case when amount_minor > 0 then quantity end), 0) as quantity,
        sum(
            case
                when amount_minor > 0 then amount_minor - discount_minor - tax_inside_minor else 0
            end
        ) as amount_minor,
        count(case when amount_minor < 0 then 1 end) > 0 as is_credited,
        count(case when amount_minor > 0 then 1 end) > 0 as is_charged
    from lines
    where is_cut and price_id is not null
    group by account, subscription_id, price_id, customer_id, currency, period_started_at
),

-- a line of a change names the subscription and the price, but not the part
known_parts as (
    select
        account,
        subscription_id,
        price_id,
        max(subscription_item_id) as subscription_item_id,
        min(item_created_at) as created_at
    from (
        select
            account,
            subscription_id,
            price_id,
            subscription_item_id,
            null as item_created_at
        from wholes
        union all
        select
            account,
            subscription_id,
            price_id,
            subscription_item_id,
            item_created_at
        from subscriptions
    ) as parts
    group by account, subscription_id, price_id
),

-- the whole periods in which a change falls
surroundings as (
    select
        changes.account,
        changes.subscription_id,
        changes.price_id,
        changes.period_started_at,
        max(dated_wholes.period_seconds) as whole_seconds,
        max(dated_wholes.period_days) as whole_days,
        max(case when dated_wholes.price_id = changes.price_id then 1 else 0 end) = 1 as is_billed
    from changes
    inner join dated_wholes
        on
            changes.account = dated_wholes.account
            and changes.subscription_id = dated_wholes.subscription_id
            and changes.period_started_at >= dated_wholes.period_started_at
            and changes.period_started_at < dated_wholes.period_ended_at
    group by
        changes.account, changes.subscription_id, changes.price_id, changes.period_started_at
),

-- a first period that is cut to begin with the month has none around it: it is a part of the one that ends with it; of
-- a price whose interval is not known, of a twelfth of 365 days
surrounded as (
    select
        changes.*,
        coalesce(surroundings.is_billed, false) as is_billed,
        coalesce(
            {{ business_day("known_parts.created_at") }}
            < {{ business_day("changes.period_started_at") }},
            false
        ) as is_older,
        count(case when changes.is_credited then 1 end) over (
            partition by changes.account, changes.subscription_id, changes.period_started_at
        ) as credit_count,
        coalesce(surroundings.whole_days, changes.interval_days, 30) as whole_days,
        coalesce(surroundings.whole_seconds, changes.interval_days * 86400, 2628000)
            as whole_seconds,
        {{ seconds_from("changes.period_started_at", "changes.period_ended_at") }}
            as period_seconds
    from changes
    left join surroundings
        on
            changes.account = surroundings.account
            and changes.subscription_id = surroundings.subscription_id
            and changes.price_id = surroundings.price_id
            and changes.period_started_at = surroundings.period_started_at
    left join known_parts
        on
            changes.account = known_parts.account
            and changes.subscription_id = known_parts.subscription_id
            and changes.price_id = known_parts.price_id
),

-- a price that is charged once more, with nothing given back, changes nothing of what recurs
scaled as (
    select * from surrounded
    where is_credited or (is_charged and not is_billed and (credit_count > 0 or not is_older))
),

-- what the quantity costs by the bills of the same price, if the change was charged in proportion to it; floats are
-- enough to tell that
by_unit as (
    select
        scaled.account,
        scaled.subscription_id,
        scaled.price_id,
        scaled.period_started_at,
        max(round({{ quotient(
            "cast(dated_wholes.amount_minor as " ~ amount_type() ~ ") * scaled.quantity",
            "cast(dated_wholes.quantity as " ~ amount_type() ~ ")",
        ) }})) as whole_minor
    from scaled
    inner join dated_wholes
        on
            scaled.account = dated_wholes.account
            and scaled.subscription_id = dated_wholes.subscription_id
            and scaled.price_id = dated_wholes.price_id
    where
        dated_wholes.quantity > 0
        and abs(
            cast(dated_wholes.amount_minor as double) / nullif(dated_wholes.quantity, 0)
            * scaled.quantity * scaled.period_seconds / scaled.whole_seconds
            - scaled.amount_minor
        ) <= 1
    group by scaled.account, scaled.subscription_id, scaled.price_id, scaled.period_started_at
),

changed as (
    select
        scaled.account,
        scaled.invoice_id,
        scaled.invoice_created_at,
        known_parts.subscription_item_id,
        scaled.subscription_id,
        scaled.customer_id,
        scaled.currency,
        scaled.period_started_at,
        scaled.period_ended_at,
        scaled.price_id,
        scaled.quantity,
        scaled.whole_days,
        coalesce(
            by_unit.whole_minor,
            round({{ quotient(
                "cast(scaled.amount_minor as " ~ amount_type() ~ ") * scaled.whole_seconds",
                "cast(scaled.period_seconds as " ~ amount_type() ~ ")",
            ) }})
        ) as whole_minor
    from scaled
    left join by_unit
        on
            scaled.account = by_unit.account
            and scaled.subscription_id = by_unit.subscription_id
            and scaled.price_id = by_unit.price_id
            and scaled.period_started_at = by_unit.period_started_at
    left join known_parts
        on
            scaled.account = known_parts.account
            and scaled.subscription_id = known_parts.subscription_id
            and scaled.price_id = known_parts.price_id
),

periods as (
    select
        account,
        invoice_id,
        invoice_created_at,
        subscription_item_id as part_id,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        period_started_at,
        starts_on,
        paid_until,
        price_id,
        quantity,
        period_days as whole_days,
        amount_minor as whole_minor,
        line_count,
        listed_minor,
        discount_minor,
        tax_inside_minor,
        is_metered,
        false as is_change
    from dated_wholes
    union all
    select
        account,
        invoice_id,
        invoice_created_at,
        coalesce(subscription_item_id, subscription_id || ' ' || price_id) as part_id,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        period_started_at,
        {{ business_day("period_started_at") }} as starts_on,
        {{ business_day("period_ended_at") }} as paid_until,
        price_id,
        quantity,
        whole_days,
        whole_minor,
        null as line_count,
        null as listed_minor,
        null as discount_minor,
        null as tax_inside_minor,
        false as is_metered,
        true as is_change
    from changed
),

-- if the price, quantity or interval of a part changes, it is billed again from that day
followed as (
    select
        *,
        lead(starts_on) over (
            partition by account, part_id
            order by
                period_started_at asc, is_change desc, invoice_created_at asc, invoice_id asc,
                whole_minor asc
        ) as billed_anew_on
    from periods
    where paid_until > starts_on
),

measured as (
    select
        followed.*,
        {{ in_major_units("followed.whole_minor", "currencies.stripe_exponent") }} as amount
    from followed
    left join currencies on followed.currency = currencies.currency
),

final as (
    select
        account,
        invoice_id,
        part_id,
        subscription_item_id,
        subscription_id,
        customer_id,
        price_id,
        currency,
        starts_on,
        least(paid_until, coalesce(billed_anew_on, paid_until)) as ends_on,
        whole_days,
        quantity,
        line_count,
        listed_minor,
        discount_minor,
        tax_inside_minor,
        is_metered,
        is_change,
        amount,
        {{ a_month("amount", "whole_days") }} as monthly_amount
    from measured
    where billed_anew_on is null or billed_anew_on > starts_on
)

select * from final
