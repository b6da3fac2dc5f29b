with final as (
    select
        scores.as_of,
        scores.as_of = max(scores.as_of) over () as is_latest,
        scores.objective_id,
        objective_scores.name as objective_name,
        objective_scores.owner as objective_owner,
        objective_scores.status as objective_status,
        scores.key_result_id,
        scores.name as key_result_name,
        scores.kpi,
        scores.goal,
        scores.period_start as first_day,
        scores.deadline,
        scores.status,
        case when scores.unit = 'percent' then 'fraction' else scores.unit end as unit,
        cast(scores.actual as double) as actual,
        cast(scores.expected_actual as double) as pace,
        cast(scores.target as double) as target,
        cast(scores.gap as double) as gap,
        cast(scores.forecast_p10 as double) as forecast_p10,
        cast(scores.forecast_p50 as double) as forecast_p50,
        cast(scores.forecast_p90 as double) as forecast_p90,
        cast(scores.score as double) as score,
        cast(scores.expected as double) as score_pace,
        cast(scores.probability as double) as odds,
        cast(floor(100 * scores.score) as integer) || ' %' as score_display,
        scores.windows_met,
        scores.windows_over,
        scores.windows_needed,
        scores.members_met,
        scores.members_judged,
        scores.data_through,
        scores.trust,
        scores.why
    from key_result_scores as scores
    left join objective_scores
        on scores.as_of = objective_scores.as_of and scores.objective_id = objective_scores.objective_id
    where scores."window" = 'total' and scores.member = 'total'
)

select * from final
