with movements as (
    select * from {{ ref("stg_stripe__balance_transactions") }}
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

classified as (
    select
        *,
        case
            when reporting_category = 'charge' then 'sale'
            -- a sale that was taken back, or whose payment failed later
            when
                reporting_category in (
                    'refund', 'refund_failure', 'partial_capture_reversal', 'charge_failure'
                )
                then 'refund'
            when reporting_category in ('dispute', 'dispute_reversal') then 'dispute'
            when reporting_category in ('fee', 'network_cost', 'tax') then 'fee'
            -- transfers of the company's own money are neither income nor cost
            when
                reporting_category in (
                    'payout', 'payout_reversal', 'payout_minimum_balance_hold',
                    'payout_minimum_balance_release', 'topup', 'topup_reversal',
                    'transfer', 'transfer_reversal', 'connect_collection_transfer',
                    'connect_reserved_funds', 'risk_reserved_funds'
                )
                then 'own_money'
            else 'other'
        end as kind
    from movements
),

final as (
    select
        classified.movement_id,
        {{ business_day("classified.created_at") }} as day,
        classified.kind,
        classified.currency,
        {{ in_major_units("classified.amount_minor", "currencies.stripe_exponent") }} as amount,
        {{ in_major_units("classified.fee_minor", "currencies.stripe_exponent") }} as fee,
        {{ in_major_units("classified.net_minor", "currencies.stripe_exponent") }} as net,
        classified.source_id
    from classified
    left join currencies on classified.currency = currencies.currency
    where classified.kind <> 'own_money'
)

select * from final
