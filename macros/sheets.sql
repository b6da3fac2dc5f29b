{#
    The CTEs from `followed` to `final`: the rows of sheets in the CTE `rows`, by day. A flow or a ratio is on the day
    that its row is dated. A stock holds on each day until the end of its period, or until the next row.
#}
{% macro sheet_rows_by_day(rows) -%}
followed as (
    select
        *,
        lead(day) over (partition by kpi, dimensions order by day) as next_day
    from {{ rows }}
),

standing as (
    select
        *,
        case
            when kind <> 'stock' then day
            else least(period_end, coalesce({{ add_days(-1, "next_day") }}, period_end))
        end as last_day
    from followed
),

final as (
    select
        kpi,
        {{ each_day("day", "last_day") }} as day,
        {{ map_from_json("dimensions") }} as dimensions,
        value,
        numerator,
        denominator
    from standing
)
{%- endmacro %}
