with final as (
    select
        courses.as_of,
        courses.key_result_id,
        key_results.name as key_result_name,
        key_results.kpi,
        case when kpis.unit = 'percent' then 'fraction' else kpis.unit end as unit,
        courses.day,
        cast(courses.actual as double) as actual,
        cast(courses.pace as double) as pace,
        cast(courses.forecast_p10 as double) as forecast_p10,
        cast(courses.forecast_p50 as double) as forecast_p50,
        cast(courses.forecast_p90 as double) as forecast_p90
    from key_result_courses as courses
    inner join key_results on courses.key_result_id = key_results.key_result_id
    left join kpis on key_results.kpi = kpis.kpi
)

select * from final
