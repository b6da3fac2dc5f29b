{{ config(materialized="table") }}
{{ check_kpis() }}

{% set columns = {
    "kpi": "varchar",
    "label": "varchar",
    "description": "varchar",
    "kind": "varchar",
    "unit": "varchar",
    "denominator": "varchar",
    "is_proportion": "boolean",
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
    "is_plan": "boolean",
    "account": "varchar",
    "sheet_parts": "varchar []",
} %}

with final as (
    select {{ columns | join(", ") }}
    from {{ read_catalog("kpis", columns) }}
)

select * from final
