{#
    The KPIs that are kept in sheets, told by the caller from the file that OKRA_SHEET_KPIS names: a list of
    what each declares. Nothing refers to one of them by name, so they need not be known while parsing.
#}
{% macro sheet_kpis() -%}
    {{ return(fromjson(env_var("OKRA_SHEET_KPI_DECLARATIONS", "[]") if execute else "[]")) }}
{%- endmacro %}

{# A query: name, kind and rhythm of each of them. #}
{% macro sheet_kpi_rhythms() -%}
    {%- for declaration in sheet_kpis() %}
    select
        {{ quoted(declaration.kpi) }} as kpi,
        {{ quoted(declaration.kind) }} as kind,
        {{ quoted(declaration.every) }} as every
    {{ "union all" if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as kpi,
        cast(null as {{ dbt.type_string() }}) as kind,
        cast(null as {{ dbt.type_string() }}) as every
    where false
    {%- endfor %}
{%- endmacro %}
