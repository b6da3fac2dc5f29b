{{ config(**viewed_by_window()) }}

with movements as (
    select * from {{ ref("stg_stripe__balance_transactions") }}
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

kinds as (
    select * from {{ ref("stripe_movement_kinds") }}
),

-- the category tells a dispute from other adjustments; a category that is not known yet is judged by the type
classified as (
    select
        movements.*,
        coalesce(by_category.kind, by_type.kind, 'other') as kind
    from movements
    left join kinds as by_category on movements.reporting_category = by_category.name
    left join kinds as by_type on movements.movement_type = by_type.name
),

final as (
    select
        classified.account,
        classified.movement_id,
        {{ business_day("classified.created_at") }} as day,
        classified.kind,
        classified.currency,
        {{ in_major_units("classified.amount_minor", "currencies.stripe_exponent") }} as amount,
        {{ in_major_units("classified.fee_minor", "currencies.stripe_exponent") }} as fee,
        {{ in_major_units("classified.net_minor", "currencies.stripe_exponent") }} as net,
        classified.source_id,
        classified._window,
        '{{ model_fingerprint() if execute }}' as _loaded_by
    from classified
    left join currencies on classified.currency = currencies.currency
    where classified.kind <> 'own_money'
)

select * from final
