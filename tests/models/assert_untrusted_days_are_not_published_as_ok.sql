-- Nothing untrusted looks trusted: a day whose windows carry a flag is published with it.
select
    coverage.kpi,
    coverage.day,
    coverage.flags,
    periods.trust
from {{ ref("kpi_coverage") }} as coverage
inner join {{ ref("kpi_periods") }} as periods
    on
        coverage.kpi = periods.kpi
        and coverage.day = periods.period_start
        and periods.period = 'day'
        and periods.kind <> 'distinct'
where
    coverage.flags <> {{ list_of([]) }}
    and periods.trust = 'ok'
    -- the member of the reporting currency lacks no rate
    and not (
        coverage.flags = {{ list_of(["unconverted_currency"]) }}
        and periods.dimension = 'currency'
        and periods.member = {{ reporting_currency() }}
    )
