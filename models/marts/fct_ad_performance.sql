{# What both platforms tell of a campaign on a day. #}
{% set columns = {
    "account": dbt.type_string(),
    "shown_on": "date",
    "campaign_name": dbt.type_string(),
    "currency": dbt.type_string(),
    "impressions": dbt.type_bigint(),
    "clicks": dbt.type_bigint(),
} %}

-- a platform that the company does not use has no rows
with meta as (
    {{ rows_or_none("stg_meta_ads__campaign_days", dict(columns, **{
        "campaign_id": dbt.type_string(),
        "spend": amount_type(),
        "purchase_value": amount_type(),
    })) }}
),

google as (
    {{ rows_or_none("stg_google_ads__campaign_days", dict(columns, **{
        "campaign_id": dbt.type_bigint(),
        "cost_micros": dbt.type_bigint(),
        "conversions_value": amount_type(),
    })) }}
),

both_platforms as (
    select
        account,
        shown_on as day,
        'meta_ads' as platform,
        campaign_id,
        campaign_name,
        currency,
        impressions,
        clicks,
        cast(spend as {{ amount_type() }}) as spend,
        cast(purchase_value as {{ amount_type() }}) as attributed_value
    from meta
    union all
    select
        account,
        shown_on as day,
        'google_ads' as platform,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        campaign_name,
        currency,
        impressions,
        clicks,
        cast(cast(cost_micros as decimal(19, 0)) * 0.000001 as {{ amount_type() }}) as spend,
        cast(conversions_value as {{ amount_type() }}) as attributed_value
    from google
),

-- settled days are not pulled again and keep old names, so each campaign gets its newest name
newest_names as (
    select
        account,
        platform,
        campaign_id,
        campaign_name,
        row_number() over (
            partition by account, platform, campaign_id order by day desc
        ) as place
    from both_platforms
),

final as (
    select
        both_platforms.account,
        both_platforms.day,
        both_platforms.platform,
        both_platforms.campaign_id,
        newest_names.campaign_name as campaign,
        both_platforms.currency,
        both_platforms.impressions,
        both_platforms.clicks,
        both_platforms.spend,
        both_platforms.attributed_value
    from both_platforms
    inner join newest_names
        on
            both_platforms.account = newest_names.account
            and both_platforms.platform = newest_names.platform
            and both_platforms.campaign_id = newest_names.campaign_id
            and newest_names.place = 1
)

select * from final
