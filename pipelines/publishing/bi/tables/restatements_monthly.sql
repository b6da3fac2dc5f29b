with final as (
    select
        restatements.restated_at,
        restatements.kpi,
        kpis.label as kpi_label,
        case when restatements.unit = 'percent' then 'fraction' else restatements.unit end as unit,
        restatements.period_start as month_start,
        cast(restatements.old_value as double) as old_figure,
        cast(restatements.new_value as double) as new_figure,
        cast(case when kpis.kind = 'flow' then restatements.change end as double) as amount_changed,
        restatements.why
    from restatements
    inner join kpis on restatements.kpi = kpis.kpi
    where restatements.period = 'month' and restatements.dimension = 'total'
)

select * from final
