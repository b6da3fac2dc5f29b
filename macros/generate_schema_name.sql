{#
    A model's schema is the one its layer names, without the target's in front of it. A metastore of Spark's may hold
    other people's schemas: there ours are called after us.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ "okra_" if target.type == "spark" }}{{ custom_schema_name or target.schema }}
{%- endmacro %}
