{# Fails for each combination of `columns` that more than one row has, and for each row that lacks one of `required`. #}
{% test primary_key(model, columns, required=none) %}
    select {{ columns | join(", ") }}
    from {{ model }}
    group by {{ columns | join(", ") }}
    having
        count(*) > 1
        {%- for column in (columns if required is none else required) %}
        or {{ column }} is null
        {%- endfor %}
{% endtest %}
