with source as (
    select * from {{ read_lake("hubspot", "deals") }}
),

renamed as (
    select
        deal_id,
        pipeline_id,
        stage_id,
        owner_id,
        cast(amount as {{ amount_type() }}) as amount,
        upper(currency) as currency,
        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,
        created_at,
        closed_at,
        archived_at,
        changed_at,

        -- where it came from
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
