with lines as (
    select * from {{ ref("stg_stripe__invoice_lines") }}
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

-- a price that comes in tiers has a line for each of them
periods as (
    select
        lines.invoice_id,
        lines.invoice_created_at,
        lines.subscription_item_id,
        lines.subscription_id,
        lines.customer_id,
        lines.currency,
        lines.period_started_at,
        {{ business_day("lines.period_started_at") }} as starts_on,
        {{ business_day("max(lines.period_ended_at)") }} as paid_until,
        sum({{
            in_major_units("lines.amount_minor - lines.discount_minor", "currencies.stripe_exponent")
        }}) as amount
    from lines
    left join currencies on lines.currency = currencies.currency
    where
        lines.subscription_item_id is not null
        and lines.customer_id is not null
        and not lines.is_proration
        and lines.invoice_status not in ('draft', 'void')
    group by
        lines.invoice_id, lines.invoice_created_at, lines.subscription_item_id,
        lines.subscription_id, lines.customer_id, lines.currency, lines.period_started_at
),

-- a part whose price or interval is changed is billed anew, from then on
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
        *,
        {{ days_from("starts_on", "paid_until") }} as period_days
    from followed
    where paid_until > starts_on
),

-- a month has 28 to 31 days and a year twelve of them; what is shorter is a part of 365 / 12 days
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
