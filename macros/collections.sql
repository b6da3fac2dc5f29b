{# Lists and maps, which every engine spells its own way. #}

{# An aggregate: the different values, in order. #}
{% macro sorted_list(expression) -%}
    {{ return(adapter.dispatch("sorted_list", "okra")(expression)) }}
{%- endmacro %}

{% macro default__sorted_list(expression) -%}
    list(distinct {{ expression }} order by {{ expression }})
{%- endmacro %}

{# In a select list: one row for each element. #}
{% macro each_element(list) -%}
    {{ return(adapter.dispatch("each_element", "okra")(list)) }}
{%- endmacro %}

{% macro default__each_element(list) -%}
    unnest({{ list }})
{%- endmacro %}

{# A list of strings. #}
{% macro list_of(texts) -%}
    {{ return(adapter.dispatch("list_of", "okra")(texts)) }}
{%- endmacro %}

{% macro default__list_of(texts) -%}
    cast([{% for text in texts %}{{ quoted(text) }}{{ ", " if not loop.last }}{% endfor %}] as varchar [])
{%- endmacro %}

{# A map from each column's name, which may be a reserved word, to its value; a member without a name is `unknown`. #}
{% macro map_of(columns) -%}
    {{ return(adapter.dispatch("map_of", "okra")(columns)) }}
{%- endmacro %}

{% macro default__map_of(columns) -%}
    {%- if columns -%}
    map {
        {%- for column in columns %}
        {{ quoted(column) }}: coalesce(cast({{ adapter.quote(column) }} as varchar), 'unknown'){{ "," if not loop.last }}
        {%- endfor %}
    }
    {%- else -%}
    cast(map([], []) as map(varchar, varchar))
    {%- endif -%}
{%- endmacro %}

{# The type of such a map. #}
{% macro map_type() -%}
    {{ return(adapter.dispatch("map_type", "okra")()) }}
{%- endmacro %}

{% macro default__map_type() -%}
    map(varchar, varchar)
{%- endmacro %}

{# A string in SQL. #}
{% macro quoted(text) -%}
    {{ return(adapter.dispatch("quoted", "okra")(text)) }}
{%- endmacro %}

{% macro default__quoted(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}

{# An aggregate: the texts in order, joined by commas. #}
{% macro joined_texts(expression) -%}
    {{ return(adapter.dispatch("joined_texts", "okra")(expression)) }}
{%- endmacro %}

{% macro default__joined_texts(expression) -%}
    string_agg({{ expression }}, ',' order by {{ expression }})
{%- endmacro %}

{# The map in a JSON object of texts. #}
{% macro map_from_json(text) -%}
    {{ return(adapter.dispatch("map_from_json", "okra")(text)) }}
{%- endmacro %}

{% macro default__map_from_json(text) -%}
    cast(cast({{ text }} as json) as map(varchar, varchar))
{%- endmacro %}

{# The columns as one text, which is another where one of them is another. #}
{% macro joined_columns(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '-'){{ " || ' ' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
