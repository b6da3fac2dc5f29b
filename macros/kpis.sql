{# What dbt's graph says of the KPIs, which can only be read at run time. #}

{# The models that work out KPIs. #}
{% macro kpi_models() -%}
    {%- set models = graph.nodes.values() | selectattr("resource_type", "equalto", "model") if execute else [] -%}
    {{ return(models | selectattr("fqn.1", "equalto", "kpis") | map(attribute="name") | list) }}
{%- endmacro %}

{# The model that works out a KPI, as it is in dbt's graph. #}
{% macro kpi_node(name) -%}
    {{ return(graph.nodes["model." ~ project_name ~ ".kpi_" ~ name]) }}
{%- endmacro %}

{# What the YAML beside a KPI's SQL declares. #}
{% macro kpi_meta(name) -%}
    {{ return(kpi_node(name).config.meta.kpi) }}
{%- endmacro %}

{# The dimensions of a KPI: those that its YAML declares, and the account where it stands on accounts with names. #}
{% macro kpi_dimensions(name) -%}
    {%- set declared = kpi_meta(name).dimensions or [] -%}
    {%- if name not in kpis_by_account() -%}
        {{ return(declared) }}
    {%- elif kpi_meta(name).kind == "distinct" -%}
        {{ return(["account"]) }}
    {%- endif -%}
    {{ return(declared + ["account"]) }}
{%- endmacro %}

{#
    The names of the KPIs of these kinds whose models did not fail. While parsing, all of them: the kinds are not known
    yet.
#}
{% macro kpis_of(kinds) -%}
    {%- set names, broken = [], set(broken_kpis()) -%}
    {%- for name in kpi_names() if not execute or (name not in broken and kpi_meta(name).kind in kinds) -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{# Stops the run where one of the two lists of KPIs lacks a model: without a word, the KPI would be missing everywhere. #}
{% macro check_kpis() -%}
    {%- set query = "select kpi from " ~ read_catalog("kpis", {"kpi": "varchar"}) -%}
    {%- set declared = run_query(query).columns[0].values() if execute else [] -%}
    {%- set broken = set(broken_kpis()) -%}
    {%- set lists = [("OKRA_KPIS", set(kpi_names())), ("kpis.parquet in the lake", set(declared))] -%}
    {%- for model in kpi_models() if model.startswith("kpi_") and model[4:] not in broken -%}
        {%- for list, names in lists -%}
            {%- if model[4:] not in names -%}
                {{ exceptions.raise_compiler_error(list ~ " does not name " ~ model[4:] ~ "; run `okra score`, which lists each models/kpis/kpi_*.sql in both") }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#
    A query: all rows of the KPIs that are flows, stocks or ratios. `kept`: the rows of those that are kept, only the days
    that have to be worked out again; otherwise the rows of all others.
#}
{% macro rows_of_kpis(kept=false) -%}
    {%- set is_in_part = execute and kept and is_incremental() -%}
    {%- set changed = changed_stretches() if is_in_part else {} -%}
    {% for kpi in kpis_of(["flow", "stock", "ratio"]) -%}
        {%- set relation = ref("kpi_" ~ kpi) -%}
        {%- set stretches = changed.get(kpi) -%}
        {%- if execute and is_kept(kpi) == kept and (stretches or not is_in_part) -%}
            {%- set columns = ["numerator", "denominator"] if kpi_meta(kpi).kind == "ratio" else ["value"] %}
    select
        {{ quoted(kpi) }} as kpi,
        cast(day as date) as day,
        {{ map_of(kpi_dimensions(kpi)) }} as dimensions
            {%- for column in ["value", "numerator", "denominator"] %},
        cast({{ column if column in columns else "null" }} as {{ amount_type() }}) as {{ column }}
            {%- endfor %}
    from {{ relation }}
            {%- if stretches %}
    where {{ is_in_stretches(stretches) }}
            {%- endif %}
    union all
        {%- endif -%}
    {%- endfor %}
    {%- for model in ([] if kept else ["sheet_kpi_days", "sheet_plan_days"]) %}
    {{ rows_or_none(model, kpi_row_columns()) }}
    where {{ is_whole("kpi") }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
    {%- if kept %}
    select
        {%- for column, type in kpi_row_columns().items() %}
        cast(null as {{ type }}) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
{%- endmacro %}

{% macro kpi_row_columns() -%}
    {{ return({
        "kpi": dbt.type_string(),
        "day": "date",
        "dimensions": map_type(),
        "value": amount_type(),
        "numerator": amount_type(),
        "denominator": amount_type(),
    }) }}
{%- endmacro %}

{# A condition: the KPI in the column did not fail. #}
{% macro is_whole(column) -%}
    {{ column }} not in (
        {%- for name in broken_kpis() %}{{ quoted(name) }}{{ ", " if not loop.last }}{% endfor -%}
    )
{%- endmacro %}

{#
    What is wrong with a value of a KPI in the table kpis: there is none, or it has a fraction where whole numbers are
    counted. NULL where nothing is wrong.
#}
{% macro value_fault(value) -%}
    case
        when {{ value }} is null then 'empty_value'
        when
            kpis.precision = 0
            and kpis.unit <> {{ reporting_currency() }}
            and {{ value }} <> floor({{ value }})
            then 'fraction'
    end
{%- endmacro %}

{#
    A query: the rows of a model, or none, with the types of `columns`, where it was left out or failed. A model that
    reads several sources reads each of them so: it is there as soon as one of them is on.
#}
{% macro rows_or_none(model, columns) -%}
    {%- set relation = ref(model) if model not in left_out_models() -%}
    {%- if relation and model not in broken_models() -%}
    select {{ columns | join(", ") }}
    from {{ relation }}
    {%- else -%}
    select {{ columns | join(", ") }}
    from (
        select
            {%- for column, type in columns.items() %}
            cast(null as {{ type }}) as {{ column }}{{ "," if not loop.last }}
            {%- endfor %}
        where false
    ) as nothing
    {%- endif -%}
{%- endmacro %}

{#
    A query: all rows of the KPIs that are distinct counts. The whole is what was reported without a member. Whom two
    accounts have counted cannot be added up: a KPI by account has no whole, and the whole of each account.
#}
{% macro distinct_rows_of_kpis() -%}
    {% for kpi in kpis_of(["distinct"]) -%}
        {%- set relation = ref("kpi_" ~ kpi) -%}
        {%- set declared = kpi_meta(kpi).dimensions if execute else [] -%}
        {%- set reported = ["account"] if kpi in kpis_by_account() else ["total"] + declared -%}
        {%- for dimension in reported %}
    select
        {{ quoted(kpi) }} as kpi,
        cast(period as {{ dbt.type_string() }}) as period,
        cast(period_start as date) as period_start,
        {{ quoted(dimension) }} as dimension,
        cast({{ "'total'" if dimension == "total" else adapter.quote(dimension) }} as {{ dbt.type_string() }}) as member,
        cast(value as {{ amount_type() }}) as value
    from {{ relation }}
    where
        true
            {%- for other in declared %}
        and {{ adapter.quote(other) }} is {{ "not null" if other == dimension else "null" }}
            {%- endfor %}
    union all
        {%- endfor -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as kpi,
        cast(null as {{ dbt.type_string() }}) as period,
        cast(null as date) as period_start,
        cast(null as {{ dbt.type_string() }}) as dimension,
        cast(null as {{ dbt.type_string() }}) as member,
        cast(null as {{ amount_type() }}) as value
    where false
{%- endmacro %}

{# The account that counted a distinct row. Where a KPI is not by account, it has the one without a name only. #}
{% macro counting_account(counts) -%}
    case when {{ counts }}.dimension = 'account' then {{ counts }}.member else 'main' end
{%- endmacro %}

{#
    A query: model, source and stream of each stream that feeds one of the models: its ancestors that are sources; and
    whether a day of it is waited for. With `meta: {corrects: true}` a stream only corrects what others have delivered.
#}
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
        {{ quoted(graph.sources[id].name) }} as stream,
        {{ "false" if graph.sources[id].config.meta.get("corrects") else "true" }} as is_waited_for
    union all
            {%- elif id in graph.nodes -%}
                {%- do waiting.extend(graph.nodes[id].depends_on.nodes) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as stream,
        cast(null as boolean) as is_waited_for
    where false
{%- endmacro %}
