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
        -- an account with one currency names none
        upper(coalesce(currency, company_currency)) as currency,
        cast(amount_in_company_currency as {{ amount_type() }}) as amount_in_company_currency,
        upper(company_currency) as company_currency,
        coalesce(is_closed, is_won, false) as is_closed,
        coalesce(is_won, false) as is_won,
        created_at,
        closed_at,
        close_day,
        {{ map_from_json("properties") }} as properties,
        merged_into,
        archived_at,
        changed_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
