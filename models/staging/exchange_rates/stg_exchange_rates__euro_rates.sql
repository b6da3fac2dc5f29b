with source as (
    select * from {{ read_lake("exchange_rates", "euro_rates") }}
),

renamed as (
    select
        date as rated_on,
        currency,
        cast(rate as {{ amount_type() }}) as rate,

        -- where it came from
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
