with months as (
    select * from kpi_periods where period = 'month' and dimension = 'total'
),

days as (
    select * from kpi_periods where period = 'day' and dimension = 'total'
),

-- periods of whole weeks begin on other days than the first
calendars as (
    select coalesce(bool_or(day(period_start) <> 1), false) as has_weeks from months
),

-- a year before: the same month, or the same weeks 52 weeks before, of which some may lie in another period
stretches as (
    select
        months.kpi,
        months.period_start,
        months.status = 'partial' as is_open,
        months.data_through,
        calendars.has_weeks,
        case
            when calendars.has_weeks then months.period_start - 364
            else cast(months.period_start - interval 1 year as date)
        end as compared_from,
        case
            when calendars.has_weeks then months.period_end - 364
            else last_day(cast(months.period_start - interval 1 year as date))
        end as compared_end
    from months
    cross join calendars
),

-- an open month is compared with as many days of the month a year before
ranges as (
    select
        kpi,
        period_start,
        is_open,
        has_weeks,
        data_through,
        compared_from,
        case
            when not is_open then compared_end
            else least(compared_end, compared_from + cast(data_through - period_start as integer))
        end as compared_to
    from stretches
),

days_now as (
    select ranges.kpi, ranges.period_start, count(*) as day_count
    from ranges
    inner join days
        on ranges.kpi = days.kpi and days.period_start between ranges.period_start and ranges.data_through
    group by ranges.kpi, ranges.period_start
),

days_then as (
    select
        ranges.kpi,
        ranges.period_start,
        count(*) as day_count,
        count(days.value) as known_count,
        sum(days.value) as value_sum,
        arg_max(days.value, days.period_start) as last_value,
        sum(days.numerator) as numerator_sum,
        sum(days.denominator) as denominator_sum,
        avg(days.denominator) as denominator_mean
    from ranges
    inner join days
        on ranges.kpi = days.kpi and days.period_start between ranges.compared_from and ranges.compared_to
    group by ranges.kpi, ranges.period_start
),

-- of a goal per month the target of each, of a level that is read from months that of the last one
asked as (
    select scores.kpi, scores.period_start, scores.target
    from key_result_scores as scores
    inner join key_results using (key_result_id)
    inner join months
        on scores.kpi = months.kpi
        and scores.period_start = months.period_start
        and scores.deadline = months.period_end
    where
        scores.as_of = (select max(as_of) from key_result_scores)
        and scores.member = 'total'
        and key_results."where" is null
        and key_results.for_each is null
    union all
    select scores.kpi, months.period_start, scores.target
    from key_result_scores as scores
    inner join key_results using (key_result_id)
    inner join months
        on scores.kpi = months.kpi
        and months.period_start between scores.period_start and scores.deadline
    where
        scores.as_of = (select max(as_of) from key_result_scores)
        and scores.member = 'total'
        and key_results."over" = 'month'
        and key_results."where" is null
        and key_results.for_each is null
),

goals as (
    select kpi, period_start, min(target) as target
    from asked
    group by kpi, period_start
    having count(distinct target) = 1
),

-- a year before, every day has to be there on both sides
last_year as (
    select
        months.kpi,
        months.period_start,
        case
            when months.kind = 'distinct' or kpis.every <> 'day'
                then case when not ranges.is_open and before.status <> 'partial' then before.value end
            when
                coalesce(days_now.day_count, 0) <> ranges.data_through - months.period_start + 1
                or coalesce(days_then.day_count, 0) <> ranges.compared_to - ranges.compared_from + 1
                then null
            when not ranges.is_open and (not ranges.has_weeks or before.kpi is not null) then before.value
            when months.kind = 'flow' and days_then.known_count = days_then.day_count then days_then.value_sum
            when months.kind = 'stock' then days_then.last_value
            when months.kind = 'ratio' and kpis.denominator = 'level'
                then days_then.numerator_sum / nullif(days_then.denominator_mean, 0)
            when months.kind = 'ratio' then days_then.numerator_sum / nullif(days_then.denominator_sum, 0)
        end as value
    from months
    inner join kpis on months.kpi = kpis.kpi
    inner join ranges on months.kpi = ranges.kpi and months.period_start = ranges.period_start
    left join months as before
        on months.kpi = before.kpi and ranges.compared_from = before.period_start
        and (not ranges.has_weeks or ranges.compared_to = before.period_end)
    left join days_now on months.kpi = days_now.kpi and months.period_start = days_now.period_start
    left join days_then on months.kpi = days_then.kpi and months.period_start = days_then.period_start
),

final as (
    select
        months.kpi,
        kpis.label as kpi_label,
        kpis.owner as kpi_owner,
        months.kind,
        case when months.unit = 'percent' then 'fraction' else months.unit end as unit,
        kpis.direction as better,
        months.period_start as month_start,
        months.period_end as month_end,
        months.data_through,
        months.status,
        months.trust,
        cast(case when months.kind = 'flow' then months.value end as double) as amount,
        case when months.kind = 'flow' then months.value end as amount_exact,
        cast(case when months.kind <> 'flow' then months.value end as double) as level,
        cast(months.numerator as double) as numerator,
        cast(case when kpis.denominator <> 'level' then months.denominator end as double) as denominator,
        case
            when months.unit = 'percent'
                then format('{:,.{}f} %', cast(100 * months.value as double), greatest(kpis.precision - 2, 0))
            else format('{:,.{}f} {}', cast(months.value as double), kpis.precision, months.unit)
        end as value_display,
        ranges.compared_from,
        ranges.compared_to,
        cast(case when months.kind = 'flow' then last_year.value end as double) as amount_last_year,
        cast(case when months.kind <> 'flow' then last_year.value end as double) as level_last_year,
        cast(
            (months.value - last_year.value) / nullif(abs(last_year.value), 0) as double
        ) as change_on_year,
        cast(case when months.kind = 'flow' then goals.target end as double) as target_amount,
        cast(case when months.kind <> 'flow' then goals.target end as double) as target_level
    from months
    inner join kpis on months.kpi = kpis.kpi
    inner join ranges on months.kpi = ranges.kpi and months.period_start = ranges.period_start
    inner join last_year on months.kpi = last_year.kpi and months.period_start = last_year.period_start
    left join goals on months.kpi = goals.kpi and months.period_start = goals.period_start
)

select * from final
