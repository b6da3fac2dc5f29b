with kpis as (
    select * from {{ ref("kpis") }}
),

faults as (
    select * from {{ ref("source_faults") }}
),

streams as (
    select * from {{ ref("kpi_streams") }}
),

coverage as (
    select * from {{ ref("kpi_coverage") }}
),

kpi_days as (
    select * from {{ ref("kpi_days") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

snapshot_kpis as (
    select distinct kpi
    from streams
    where is_snapshot
),

days_with_rows as (
    select
        kpi,
        day,
        sum({{ digest([
            "dimensions", "value", "numerator", "denominator", "own_value", "own_numerator",
            "own_denominator", "rate"
        ]) }}) as inputs
    from kpi_days
    group by kpi, day
),

fault_digests as (
    select
        kpi,
        sum({{ digest(["code"]) }}) as inputs
    from faults
    group by kpi
),

days as (
    select
        coverage.kpi,
        kpis.kind,
        kpis.every,
        snapshot_kpis.kpi is not null as is_snapshot,
        coverage.day,
        coverage.settled as is_settled,
        case when coverage.delivered then coverage.day end as delivered_day,
        days_with_rows.day as known_day,
        {{ digest([
            "coverage.day", "coverage.delivered", "coverage.settled", "coverage.flags",
            "days_with_rows.inputs"
        ]) }} as inputs,
        max(case when coverage.delivered then coverage.day end)
            over (partition by coverage.kpi)
            as data_through
    from coverage
    inner join kpis on coverage.kpi = kpis.kpi
    left join snapshot_kpis on coverage.kpi = snapshot_kpis.kpi
    left join days_with_rows
        on coverage.kpi = days_with_rows.kpi and coverage.day = days_with_rows.day
    where coverage.day < {{ as_of() }} and kpis.kind <> 'distinct'
),

counted as (
    select
        days.kpi,
        days.kind,
        days.is_snapshot,
        calendar.period,
        calendar.period_start,
        calendar.period_end,
        calendar.previous_start,
        days.data_through < calendar.period_end as is_open,
        least(calendar.period_end, days.data_through) as read_to,
        max(days.delivered_day) as data_through,
        max(days.known_day) as last_known_day,
        count(days.delivered_day) as delivered_days,
        count(case when not days.is_settled then days.delivered_day end) as unsettled_days,
        sum(days.inputs) as inputs
    from days
    inner join calendar
        on
            days.day = calendar.day
            -- a KPI that is given once a month has no weekly value
            and {{ is_as_long("calendar.period", "days.every") }}
    group by
        days.kpi, days.kind, days.is_snapshot, calendar.period, calendar.period_start,
        calendar.period_end, calendar.previous_start, days.data_through
),

read as (
    select
        *,
        -- a flow or a ratio takes all its days; a stock takes its last known day
        case when kind = 'stock' then last_known_day else period_start end as read_from,
        case
            when kind = 'stock' then {{ days_from("last_known_day", "read_to") }}
            else {{ days_from("period_start", "read_to") }} + 1 - delivered_days
        end as missing_days,
        -- an open period is compared with as many days of the one before, any other with all of it
        case
            when is_open
                then least(
                    {{ add_days(-1, "period_start") }},
                    {{ add_days(days_from("period_start", "read_to"), "previous_start") }}
                )
            else {{ add_days(-1, "period_start") }}
        end as compare_to
    from counted
    where delivered_days > 0 and (kind <> 'stock' or last_known_day is not null)
),

previous as (
    select
        read.kpi,
        read.kind,
        read.period,
        read.period_start,
        read.previous_start,
        read.compare_to,
        max(days.known_day) as last_known_day,
        count(days.delivered_day) as delivered_days,
        sum(days.inputs) as inputs
    from read
    inner join calendar
        on
            read.period = calendar.period
            and read.previous_start = calendar.period_start
            and read.compare_to >= calendar.day
    inner join days on read.kpi = days.kpi and calendar.day = days.day
    group by
        read.kpi, read.kind, read.period, read.period_start, read.previous_start, read.compare_to
),

-- a period is compared only if all days of the one before were delivered; of a stock, the day it is read on
comparable as (
    select
        kpi,
        period,
        period_start,
        case when kind = 'stock' then compare_to else previous_start end as compare_from,
        compare_to,
        delivered_days,
        inputs
    from previous
    where
        (kind = 'stock' and last_known_day = compare_to)
        or (
            kind <> 'stock'
            and delivered_days = {{ days_from("previous_start", "compare_to") }} + 1
        )
),

dated as (
    select
        read.kpi,
        read.kind,
        read.is_snapshot,
        read.period,
        read.period_start,
        read.period_end,
        read.previous_start,
        read.data_through,
        read.read_from,
        read.read_to,
        read.delivered_days,
        read.missing_days,
        case
            when read.is_open then 'partial'
            -- a missing day may still be pulled; a missed snapshot never will
            when
                read.unsettled_days > 0 or (read.missing_days > 0 and not read.is_snapshot)
                then 'provisional'
            else 'complete'
        end as status,
        comparable.compare_from,
        comparable.compare_to,
        comparable.delivered_days as compared_days,
        read.inputs as own_inputs,
        comparable.inputs as compared_inputs
    from read
    left join comparable
        on
            read.kpi = comparable.kpi
            and read.period = comparable.period
            and read.period_start = comparable.period_start
),

-- `inputs` is a digest of all that the values of the period are worked out from; what fails now is no matter of a
-- period that is complete
final as (
    select
        dated.kpi,
        dated.kind,
        dated.is_snapshot,
        dated.period,
        dated.period_start,
        dated.period_end,
        dated.previous_start,
        dated.data_through,
        dated.read_from,
        dated.read_to,
        dated.delivered_days,
        dated.missing_days,
        dated.status,
        dated.compare_from,
        dated.compare_to,
        dated.compared_days,
        {{ digest([
            "dated.own_inputs", "dated.compared_inputs", "dated.period_end", "dated.previous_start",
            "dated.is_snapshot", "dated.data_through", "dated.read_from", "dated.read_to",
            "dated.delivered_days", "dated.missing_days", "dated.status", "dated.compare_from",
            "dated.compare_to", "dated.compared_days", "kpis.kind", "kpis.unit",
            "kpis.denominator", "kpis.sources",
            "case when dated.status <> 'complete' then fault_digests.inputs end"
        ]) }} as inputs
    from dated
    inner join kpis on dated.kpi = kpis.kpi
    left join fault_digests on dated.kpi = fault_digests.kpi
)

select * from final
