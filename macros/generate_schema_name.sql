{#
    The schema that a model's layer names, without the target's as a prefix. On Spark the prefix is okra_, as the
    metastore may hold schemas of others.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ "okra_" if target.type == "spark" }}{{ custom_schema_name or target.schema }}
{%- endmacro %}
