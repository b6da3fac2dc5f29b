with source as (
    select * from {{ read_lake("meta_ads", "campaign_days") }}
),

renamed as (
    select
        date as shown_on,
        campaign_id,
        campaign_name,
        upper(currency) as currency,
        impressions,
        clicks,

        -- amounts, in the currency
        spend,
        purchase_value,
        attribution_window,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
