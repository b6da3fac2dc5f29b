with lines as (
    select * from {{ ref("stg_stripe__invoice_lines") }}
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

-- a tiered price has a line for each tier
periods as (
    select
        invoice_id,
        invoice_created_at,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        period_started_at,
        {{ business_day("period_started_at") }} as starts_on,
        {{ business_day("max(period_ended_at)") }} as paid_until,
        sum(amount_minor - discount_minor) as amount_minor
    from lines
    where
        subscription_item_id is not null
        and customer_id is not null
        and not is_proration
        and invoice_status not in ('draft', 'void')
    group by
        invoice_id, invoice_created_at, subscription_item_id, subscription_id, customer_id,
        currency, period_started_at
),

-- if the price or interval of a part changes, it is billed again from that day
followed as (
    select
        *,
        lead(starts_on) over (
            partition by subscription_item_id
            order by period_started_at, invoice_created_at, invoice_id
        ) as billed_anew_on
    from periods
),

measured as (
    select
        followed.*,
        {{ days_from("followed.starts_on", "followed.paid_until") }} as period_days,
        {{ in_major_units("followed.amount_minor", "currencies.stripe_exponent") }} as amount
    from followed
    left join currencies on followed.currency = currencies.currency
    where followed.paid_until > followed.starts_on
),

-- a period of 28 days or more counts as whole months, a shorter one as a fraction of 365 / 12 days
weighed as (
    select
        *,
        case when period_days >= 28 then amount else amount * 365 end as numerator,
        cast(
            case
                when period_days >= 28 then round(period_days * 12.0 / 365)
                else period_days * 12
            end as {{ amount_type() }}
        ) as denominator
    from measured
),

final as (
    select
        invoice_id,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency,
        starts_on,
        least(paid_until, coalesce(billed_anew_on, paid_until)) as ends_on,
        amount,
        {{ quotient("numerator", "denominator") }} as monthly_amount
    from weighed
    where billed_anew_on is null or billed_anew_on > starts_on
)

select * from final
