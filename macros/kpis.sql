{# What dbt's graph says of the KPIs, which can only be read at run time. #}

{# The models that work out KPIs. #}
{% macro kpi_models() -%}
    {%- set models = graph.nodes.values() | selectattr("resource_type", "equalto", "model") if execute else [] -%}
    {{ return(models | selectattr("fqn.1", "equalto", "kpis") | map(attribute="name") | list) }}
{%- endmacro %}

{# What the YAML beside a KPI's SQL declares. #}
{% macro kpi_meta(name) -%}
    {{ return(graph.nodes["model." ~ project_name ~ ".kpi_" ~ name].config.meta.kpi) }}
{%- endmacro %}

{# The names of the KPIs of these kinds. While parsing, all of them: the kinds are not known yet. #}
{% macro kpis_of(kinds) -%}
    {%- set names = [] -%}
    {%- for name in kpi_names() if not execute or kpi_meta(name).kind in kinds -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{# Stops the run where one of the two lists of KPIs lacks a model: without a word, the KPI would be missing everywhere. #}
{% macro check_kpis() -%}
    {%- set query = "select kpi from " ~ read_catalog("kpis", {"kpi": "varchar"}) -%}
    {%- set declared = run_query(query).columns[0].values() if execute else [] -%}
    {%- for model in kpi_models() if model.startswith("kpi_") -%}
        {%- for list, names in [("OKRA_KPIS", kpi_names()), ("kpis.parquet in the lake", declared)] -%}
            {%- if model[4:] not in names -%}
                {{ exceptions.raise_compiler_error(list ~ " does not name " ~ model[4:] ~ "; run `okra score`, which lists each models/kpis/kpi_*.sql in both") }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{# A query: all rows of the KPIs that are flows, stocks or ratios. #}
{% macro rows_of_kpis() -%}
    {% for kpi in kpis_of(["flow", "stock", "ratio"]) -%}
        {%- set relation = ref("kpi_" ~ kpi) -%}
        {%- if execute -%}
            {%- set columns = ["numerator", "denominator"] if kpi_meta(kpi).kind == "ratio" else ["value"] %}
    select
        {{ quoted(kpi) }} as kpi,
        day,
        {{ map_of(kpi_meta(kpi).dimensions) }} as dimensions
            {%- for column in ["value", "numerator", "denominator"] %},
        cast({{ column if column in columns else "null" }} as {{ amount_type() }}) as {{ column }}
            {%- endfor %}
    from {{ relation }}
    union all
        {%- endif -%}
    {%- endfor %}
    select
        kpi,
        day,
        dimensions,
        value,
        numerator,
        denominator
    from {{ ref("sheet_kpi_days") }}
{%- endmacro %}

{# A query: all rows of the KPIs that are distinct counts. The whole is what was reported without a member. #}
{% macro distinct_rows_of_kpis() -%}
    {% for kpi in kpis_of(["distinct"]) -%}
        {%- set relation = ref("kpi_" ~ kpi) -%}
        {%- set last_kpi = loop.last -%}
        {%- set dimensions = kpi_meta(kpi).dimensions if execute else [] -%}
        {%- for dimension in ["total"] + dimensions %}
    select
        {{ quoted(kpi) }} as kpi,
        period,
        period_start,
        {{ quoted(dimension) }} as dimension,
        cast({{ "'total'" if loop.first else dimension }} as {{ dbt.type_string() }}) as member,
        cast(value as {{ amount_type() }}) as value
    from {{ relation }}
    where
        true
            {%- for other in dimensions %}
        and {{ other }} is {{ "not null" if other == dimension else "null" }}
            {%- endfor %}
    {{ "union all" if not (loop.last and last_kpi) }}
        {%- endfor -%}
    {%- endfor %}
{%- endmacro %}

{# A query: model, source and stream of each stream that feeds one of the models: its ancestors that are sources. #}
{% macro streams_feeding(models) -%}
    {%- for model in models if execute -%}
        {%- set waiting = ["model." ~ project_name ~ "." ~ model] -%}
        {%- set seen = [] -%}
        {#- the list grows while the loop walks it, so that each ancestor is visited once -#}
        {%- for id in waiting if id not in seen -%}
            {%- do seen.append(id) -%}
            {%- if id in graph.sources %}
    select
        {{ quoted(model) }} as model,
        {{ quoted(graph.sources[id].source_name) }} as source,
        {{ quoted(graph.sources[id].name) }} as stream
    union all
            {%- elif id in graph.nodes -%}
                {%- do waiting.extend(graph.nodes[id].depends_on.nodes) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as stream
    where false
{%- endmacro %}
