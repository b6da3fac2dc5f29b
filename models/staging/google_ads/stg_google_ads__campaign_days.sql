with source as (
    select * from {{ read_lake("google_ads", "campaign_days") }}
),

renamed as (
    select
        date as shown_on,
        campaign_id,
        campaign_name,
        upper(currency) as currency,
        impressions,
        clicks,

        -- amounts, as Google counts them
        cost_micros,
        conversions_value,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
