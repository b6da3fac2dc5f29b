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

{# The streams that feed a KPI, as [source, stream] in order: the model's ancestors in the graph that are sources. #}
{% macro streams_of(name) -%}
    {%- set waiting = [kpi_node(name).unique_id] -%}
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
