{{ check_kpi_names() }}

with declared as (
    {% for kpi in kpi_names() if execute -%}
        {%- set declaration = kpi_declaration(kpi) %}
        {%- set conversion = kpi_conversion(declaration, "kpi_" ~ kpi ~ ".yml") %}
    select
        {{ quoted(kpi) }} as kpi,
        {{ quoted(declaration.label) }} as label,
        {{ quoted(kpi_node(kpi).description.strip()) }} as description,
        {{ quoted(declaration.kind) }} as kind,
        {# `money` is in whatever currency the business reports in #}
        {{ reporting_currency() if declaration.unit == "money" else quoted(declaration.unit) }} as unit,
        {{ quoted(declaration.get("denominator", "sum")) }} as denominator,
        {{ quoted(declaration.direction) }} as direction,
        {{ declaration.precision }} as decimals,
        {{ list_of(declaration.dimensions) }} as dimensions,
        {{ quoted(declaration.owner) }} as owner,
        {{ quoted("kpi_" ~ kpi) }} as model,
        'day' as every,
        {{ conversion_columns(conversion) }}
        {{ "union all" if not loop.last }}
    {%- endfor %}
    {%- for declaration in sheet_kpis() %}
        {%- set conversion = kpi_conversion(declaration, declaration.kpi ~ ", kept in a sheet") %}
    union all
    select
        {{ quoted(declaration.kpi) }} as kpi,
        {{ quoted(declaration.label) }} as label,
        {{ quoted(declaration.description) }} as description,
        {{ quoted(declaration.kind) }} as kind,
        {{ reporting_currency() if declaration.unit == "money" else quoted(declaration.unit) }} as unit,
        'sum' as denominator,
        {{ quoted(declaration.direction) }} as direction,
        {{ declaration.precision }} as decimals,
        {{ list_of(declaration.dimensions) }} as dimensions,
        {{ quoted(declaration.owner) }} as owner,
        'sheet_kpi_days' as model,
        {{ quoted(declaration.every) }} as every,
        {{ conversion_columns(conversion) }}
    {%- endfor %}
)

select * from declared
