{{ config(materialized="table") }}

with source as (
    select *
    from {{ read_catalog("attempts", {
        "source": "varchar",
        "account": "varchar",
        "stream": "varchar",
        "at": "timestamptz",
        "outcome": "varchar",
        "message": "varchar",
    }) }}
),

renamed as (
    select
        source,
        coalesce(nullif(account, ''), 'main') as account,
        stream,
        "at" as attempted_at,
        outcome,
        message
    from source
)

select * from renamed
