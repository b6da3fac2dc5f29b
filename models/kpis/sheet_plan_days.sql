with plans as (
    select * from {{ ref("fct_sheet_plans") }}
),

followed as (
    select
        *,
        lead(day) over (partition by kpi, dimensions order by day) as next_day
    from plans
),

-- a monthly stock holds until the end of its month, or until the next row
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

select * from final
