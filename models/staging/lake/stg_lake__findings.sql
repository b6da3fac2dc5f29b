{{ config(materialized="table") }}

with source as (
    select *
    from {{ read_catalog("findings", {
        "source": "varchar",
        "account": "varchar",
        "stream": "varchar",
        "window": "date",
        "what": "varchar",
        "is_set_aside": "boolean",
        "kpi": "varchar",
        "day": "date",
    }) }}
),

-- findings of a window that differ only in their message or column are one row
renamed as (
    select distinct
        source,
        coalesce(nullif(account, ''), 'main') as account,
        stream,
        "window" as window_start,
        what,
        is_set_aside,
        nullif(kpi, '') as kpi,
        day
    from source
)

select * from renamed
