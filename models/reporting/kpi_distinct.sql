with windows as (
    select * from {{ ref("kpi_distinct_windows") }}
),

all_kpis as (
    {% for kpi in kpis_of(["distinct"]) -%}
        {%- set relation = ref("kpi_" ~ kpi) -%}
        {%- set last_kpi = loop.last -%}
        {%- if execute -%}
            {%- set dimensions = kpi_meta(kpi).dimensions %}
    -- the whole: what was reported without a member
    select
        {{ quoted(kpi) }} as kpi,
        period,
        period_start,
        'total' as dimension,
        'total' as member,
        cast(value as {{ amount_type() }}) as value
    from {{ relation }}
            {% for dimension in dimensions %}
    {{ "where" if loop.first else "and" }} {{ dimension }} is null
            {% endfor %}
            {%- for dimension in dimensions %}
    union all
    select
        {{ quoted(kpi) }} as kpi,
        period,
        period_start,
        {{ quoted(dimension) }} as dimension,
        cast({{ dimension }} as {{ dbt.type_string() }}) as member,
        cast(value as {{ amount_type() }}) as value
    from {{ relation }}
    where
        {{ dimension }} is not null
                {%- for other in dimensions if other != dimension %}
        and {{ other }} is null
                {%- endfor -%}
            {%- endfor %}
    {{ "union all" if not last_kpi }}
        {%- endif -%}
    {%- endfor %}
),

final as (
    select
        all_kpis.kpi,
        all_kpis.period,
        all_kpis.period_start,
        all_kpis.dimension,
        all_kpis.member,
        all_kpis.value,
        windows.data_through
    from all_kpis
    left join windows
        on
            all_kpis.kpi = windows.kpi
            and all_kpis.period = windows.period
            and all_kpis.period_start = windows.period_start
)

select * from final
