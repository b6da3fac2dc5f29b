{{ config(materialized="table") }}
{{ check_kpis() }}

with source as (
    select *
    from {{ read_catalog("kpis", {
        "kpi": "varchar",
        "label": "varchar",
        "description": "varchar",
        "kind": "varchar",
        "unit": "varchar",
        "denominator": "varchar",
        "direction": "varchar",
        "precision": "integer",
        "dimensions": "varchar []",
        "owner": "varchar",
        "model": "varchar",
        "every": "varchar",
        "conversion": "varchar",
        "constant_rate_day": "date",
        "numerator_is_money": "boolean",
        "denominator_is_money": "boolean",
    }) }}
),

final as (
    select
        kpi,
        label,
        description,
        kind,
        unit,
        denominator,
        direction,
        precision,
        dimensions,
        owner,
        model,
        every,
        conversion,
        constant_rate_day,
        numerator_is_money,
        denominator_is_money
    from source
)

select * from final
