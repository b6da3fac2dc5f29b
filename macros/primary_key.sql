{# Fails for each combination of `columns` that more than one row has, and for each row that lacks one of `required`. #}
{% test primary_key(model, columns, required=none) %}
    {%- set key = [] -%}
    {%- for column in columns -%}
        {%- do key.append(adapter.quote(column)) -%}
    {%- endfor %}
    select {{ key | join(", ") }}
    from {{ model }}
    group by {{ key | join(", ") }}
    having
        count(*) > 1
        {%- for column in (columns if required is none else required) %}
        or {{ adapter.quote(column) }} is null
        {%- endfor %}
{% endtest %}
