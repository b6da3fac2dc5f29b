{# Money and quotients in exact decimals: no float ever holds an amount. #}

{% macro amount_type() -%}
    decimal(38, 6)
{%- endmacro %}

{# An amount in the currency's smallest unit as an amount in the currency; NULL without an exponent. #}
{% macro in_major_units(minor, exponent) -%}
    cast(
        cast({{ minor }} as decimal(19, 0))
        * case {{ exponent }} when 0 then 1.000 when 2 then 0.010 when 3 then 0.001 end
        as {{ amount_type() }}
    )
{%- endmacro %}

{# numerator / denominator with six decimals, half away from zero; NULL when the denominator is 0 or NULL. #}
{% macro quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch("quotient", "okra")(numerator, denominator)) }}
{%- endmacro %}

{# DuckDB divides decimals as floats. Scaled to integers, the division is exact. #}
{% macro default__quotient(numerator, denominator) -%}
    {%- set n = "cast(abs(" ~ numerator ~ ") * 1000000 as hugeint)" -%}
    {%- set d = "cast(abs(" ~ denominator ~ ") * 1000000 as hugeint)" -%}
    cast(
        sign({{ numerator }}) * sign({{ denominator }})
        * cast((2 * {{ n }} * 1000000 + {{ d }}) // nullif(2 * {{ d }}, 0) as decimal(32, 0))
        * 0.000001 as {{ amount_type() }}
    )
{%- endmacro %}

{% macro rate_type() -%}
    decimal(38, 12)
{%- endmacro %}

{# One rate over another, with twelve decimals: a yen is 0.007 dollars, so six would be too few. #}
{% macro cross_rate(numerator, denominator) -%}
    {{ return(adapter.dispatch("cross_rate", "okra")(numerator, denominator)) }}
{%- endmacro %}

{# DuckDB divides decimals as floats. Scaled to integers, the division is exact. #}
{% macro default__cross_rate(numerator, denominator) -%}
    {%- set n = "cast(" ~ numerator ~ " * 1000000 as hugeint)" -%}
    {%- set d = "cast(" ~ denominator ~ " * 1000000 as hugeint)" -%}
    cast(
        cast((2 * {{ n }} * 1000000000000 + {{ d }}) // (2 * {{ d }}) as decimal(26, 0))
        * 0.000000000001 as {{ rate_type() }}
    )
{%- endmacro %}

{# An aggregate: the mean of rates, with twelve decimals. #}
{% macro mean_rate(rate) -%}
    {{ return(adapter.dispatch("mean_rate", "okra")(rate)) }}
{%- endmacro %}

{# DuckDB's mean is a float. Scaled to integers, the division is exact. #}
{% macro default__mean_rate(rate) -%}
    {%- set sum = "cast(sum(" ~ rate ~ ") * 1000000000000 as hugeint)" -%}
    {%- set count = "cast(count(" ~ rate ~ ") as hugeint)" -%}
    cast(
        cast((2 * {{ sum }} + {{ count }}) // nullif(2 * {{ count }}, 0) as decimal(26, 0))
        * 0.000000000001 as {{ rate_type() }}
    )
{%- endmacro %}

{#
    An amount at a rate, with six decimals, half away from zero. The product has eighteen decimals before it is
    rounded, so that 38 digits hold results below 10^20; a larger one is an error, never a wrong figure.
#}
{% macro converted(amount, rate) -%}
    {{ return(adapter.dispatch("converted", "okra")(amount, rate)) }}
{%- endmacro %}

{% macro default__converted(amount, rate) -%}
    cast(cast({{ amount }} as {{ amount_type() }}) * cast({{ rate }} as {{ rate_type() }}) as {{ amount_type() }})
{%- endmacro %}

{# What an amount for so many days comes to a month: 28 days or more count as whole months, fewer as days of 365 / 12. #}
{% macro a_month(amount, days) -%}
    {%- set months = "case when " ~ days ~ " >= 28 then round(" ~ days ~ " * 12.0 / 365) else " ~ days ~ " * 12 end" -%}
    {{ quotient(
        "(case when " ~ days ~ " >= 28 then " ~ amount ~ " else " ~ amount ~ " * 365 end)",
        "cast(" ~ months ~ " as " ~ amount_type() ~ ")",
    ) }}
{%- endmacro %}
