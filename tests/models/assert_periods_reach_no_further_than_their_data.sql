-- Nothing is known of the day being played or after it, nor beyond what the KPI's sources have delivered, nor of
-- days outside the period; and a period that is complete has been told to its last day.
select
    periods.kpi,
    periods.period,
    periods.period_start,
    periods.data_through
from {{ ref("kpi_periods") }} as periods
left join {{ ref("kpis") }} as kpis on periods.kpi = kpis.kpi
where
    periods.data_through >= {{ as_of() }}
    or periods.data_through not between periods.period_start and periods.period_end
    or (periods.kind <> 'distinct' and periods.data_through > kpis.data_through)
    or (periods.complete and periods.period_end >= {{ as_of() }})
