with final as (
    {% for kpi in kpis_of(["flow", "stock", "ratio"]) -%}
        {%- set relation = ref("kpi_" ~ kpi) -%}
        {%- if execute -%}
            {%- set declaration = kpi_meta(kpi) %}
    select
        {{ quoted(kpi) }} as kpi,
        day,
        {{ map_of(declaration.dimensions) }} as dimensions,
            {%- if declaration.kind == "ratio" %}
        cast(null as {{ amount_type() }}) as value,
        cast(numerator as {{ amount_type() }}) as numerator,
        cast(denominator as {{ amount_type() }}) as denominator
            {%- else %}
        cast(value as {{ amount_type() }}) as value,
        cast(null as {{ amount_type() }}) as numerator,
        cast(null as {{ amount_type() }}) as denominator
            {%- endif %}
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
)

select * from final
