with lines as (
    select * from {{ ref("stg_stripe__invoice_lines") }}
    where
        subscription_id is not null
        and customer_id is not null
        and invoice_status not in ('draft', 'void')
),

subscriptions as (
    select * from {{ ref("stg_stripe__subscriptions") }}
),

prices as (
    select
        account,
        price_id,
        max(usage_type) as usage_type,
        max(
            case price_interval
                when 'year' then 12 * price_interval_count
                when 'month' then price_interval_count
            end
        ) as interval_months
    from subscriptions
    group by account, price_id
),

priced as (
    select
        lines.*,
        prices.usage_type,
        {{ days_from(
            business_day("lines.period_started_at"), business_day("lines.period_ended_at")
        ) }} as period_days,
        {{ days_from(
            add_months(
                "cast(-1 * prices.interval_months as integer)",
                business_day("lines.period_ended_at"),
            ),
            business_day("lines.period_ended_at"),
        ) }} as interval_days
    from lines
    left join prices on lines.account = prices.account and lines.price_id = prices.price_id
),

-- use is billed once its period is over; of a price that is in no subscription any more, that is all that tells
final as (
    select
        account,
        invoice_line_id,
        invoice_id,
        invoice_created_at,
        customer_id,
        subscription_id,
        subscription_item_id,
        price_id,
        currency,
        quantity,
        amount_minor,
        discount_minor,
        tax_inside_minor,
        period_started_at,
        period_ended_at,
        interval_days,
        coalesce(usage_type = 'metered', period_ended_at <= invoice_created_at) as is_metered,
        is_proration
        or (
            coalesce(usage_type, '') = 'licensed'
            and period_days * 10 < coalesce(interval_days, 0) * 9
        ) as is_cut
    from priced
)

select * from final
