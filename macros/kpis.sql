{#
    What dbt itself knows of the KPIs: each declares itself in the YAML beside its SQL, and what feeds it
    is in the graph. Both can only be read at run time.
#}

{# The node of a KPI's model. Stops the run when the caller's list and the project disagree. #}
{% macro kpi_node(name) -%}
    {%- set id = "model." ~ project_name ~ ".kpi_" ~ name -%}
    {%- if id not in graph.nodes -%}
        {{ exceptions.raise_compiler_error("OKRA_KPIS names " ~ name ~ ", but there is no models/kpis/kpi_" ~ name ~ ".sql; take it out") }}
    {%- endif -%}
    {{ return(graph.nodes[id]) }}
{%- endmacro %}

{#
    What a KPI declares of itself: kind, unit, direction, precision, dimensions, owner, label, and of a ratio
    whether its denominator is a level, to be averaged over days and not summed.
#}
{% macro kpi_declaration(name) -%}
    {%- set declared = kpi_node(name).config.get("meta", {}).get("kpi") -%}
    {%- if not declared -%}
        {{ exceptions.raise_compiler_error("kpi_" ~ name ~ ".yml has no config.meta.kpi; add kind, unit, direction, precision, dimensions, owner and label") }}
    {%- endif -%}
    {%- set denominator = declared.get("denominator", "sum") -%}
    {%- if denominator not in ["sum", "level"] or (denominator == "level" and declared.kind != "ratio") -%}
        {{ exceptions.raise_compiler_error("kpi_" ~ name ~ ".yml: denominator is " ~ denominator ~ "; leave it out, or make it level in a ratio") }}
    {%- endif -%}
    {{ return(declared) }}
{%- endmacro %}

{# The names of the KPIs of these kinds. While parsing, all of them: the kinds are not known yet. #}
{% macro kpis_of(kinds) -%}
    {%- set names = [] -%}
    {%- for name in kpi_names() if not execute or kpi_declaration(name).kind in kinds -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{# Every KPI there is must be in the caller's list: one that is left out would be missing everywhere, in silence. #}
{% macro check_kpi_names() -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == "model" and node.name.startswith("kpi_") and node.fqn[1] == "kpis" -%}
            {%- if node.name[4:] not in kpi_names() -%}
                {{ exceptions.raise_compiler_error("OKRA_KPIS does not name " ~ node.name[4:] ~ "; run `okra run`, or set it to the names of models/kpis/kpi_*.sql, comma-separated") }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#
    How a KPI's money in other currencies is converted, from its declaration: policy (booking, average, constant,
    none where there is nothing to convert), day (of a constant rate), and which sides are money: `upper`, its value
    or numerator, and `lower`, its denominator. `where` is the file that declares it.
#}
{% macro kpi_conversion(declared, where) -%}
    {%- set is_ratio = declared.kind == "ratio" -%}
    {%- set policy = declared.get("conversion") -%}
    {%- set has_currencies = declared.kind != "distinct" and "currency" in declared.get("dimensions", []) -%}
    {%- set money = declared.get("money") -%}
    {%- if has_currencies and is_ratio and declared.unit != "money" and money is none -%}
        {{ exceptions.raise_compiler_error(where ~ ": has the dimension currency, and the unit " ~ declared.unit ~ " does not say which side is money; add money: [numerator, denominator], one of them, or [] where both are counts") }}
    {%- endif -%}
    {%- if money is not none and (not has_currencies or not is_ratio or declared.unit == "money") -%}
        {{ exceptions.raise_compiler_error(where ~ ": money is for a ratio with the dimension currency and another unit than money; leave it out") }}
    {%- endif -%}
    {%- set sides = ["numerator"] if declared.unit == "money" else money or [] -%}
    {%- for side in sides if side not in ["numerator", "denominator"] -%}
        {{ exceptions.raise_compiler_error(where ~ ": money names " ~ side ~ "; write numerator, denominator or both") }}
    {%- endfor -%}
    {%- if not has_currencies or not sides -%}
        {%- if policy is not none -%}
            {{ exceptions.raise_compiler_error(where ~ ": conversion is of a KPI without money in several currencies; leave it out, or add the dimension currency") }}
        {%- endif -%}
        {{ return({"policy": none, "day": none, "upper": false, "lower": false}) }}
    {%- endif -%}
    {%- set day = policy.get("constant") if policy is mapping else none -%}
    {%- if (policy is mapping and (not day or policy | length > 1)) or (policy is not mapping and policy not in [none, "booking", "average"]) -%}
        {{ exceptions.raise_compiler_error(where ~ ": conversion is " ~ policy ~ "; write booking, average or {constant: 2025-12-31}") }}
    {%- endif -%}
    {{ return({
        "policy": "constant" if day else policy or "booking",
        "day": day,
        "upper": "numerator" in sides,
        "lower": "denominator" in sides,
    }) }}
{%- endmacro %}

{# In a select list: what `kpi_conversion` says, a column each. #}
{% macro conversion_columns(conversion) -%}
    cast({{ quoted(conversion.policy) if conversion.policy else "null" }} as {{ dbt.type_string() }}) as conversion,
        cast({{ quoted(conversion.day) if conversion.day else "null" }} as date) as constant_rate_day,
        {{ "true" if conversion.upper else "false" }} as upper_is_money,
        {{ "true" if conversion.lower else "false" }} as lower_is_money
{%- endmacro %}

{# The streams that feed a model, as [source, stream] in order: its ancestors in the graph that are sources. #}
{% macro streams_of(model_name) -%}
    {%- set waiting = ["model." ~ project_name ~ "." ~ model_name] -%}
    {%- set seen = [] -%}
    {%- set found = [] -%}
    {#- a list that grows while it is walked: each ancestor is looked at once -#}
    {%- for id in waiting if id not in seen -%}
        {%- do seen.append(id) -%}
        {%- if id in graph.sources -%}
            {%- do found.append([graph.sources[id].source_name, graph.sources[id].name]) -%}
        {%- elif id in graph.nodes -%}
            {%- do waiting.extend(graph.nodes[id].depends_on.nodes) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}

{# The same as a list of texts in SQL, `source.stream` each. #}
{% macro stream_names(model_name) -%}
    {%- for source_name, stream in (streams_of(model_name) if execute else []) -%}
        {{ quoted(source_name ~ "." ~ stream) }}{{ ", " if not loop.last }}
    {%- else -%}
        ''
    {%- endfor -%}
{%- endmacro %}
