with source as (
    select * from {{ read_lake("spreadsheet", "kpi_values") }}
),

renamed as (
    select
        account,
        kpi,
        date as dated_on,
        dimensions,

        -- numbers, texts in the lake
        cast(value as {{ amount_type() }}) as value,
        cast(numerator as {{ amount_type() }}) as numerator,
        cast(denominator as {{ amount_type() }}) as denominator,

        -- where it came from
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
