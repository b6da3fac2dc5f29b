-- a KPI whose model failed has no rows, which must not look like days on which there was nothing
with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

-- a plan is known on the days it has numbers for, whatever was pulled
streams as (
    select kpi_streams.*
    from {{ ref("kpi_streams") }} as kpi_streams
    inner join kpis on kpi_streams.kpi = kpis.kpi
    where {{ is_whole("kpi_streams.kpi") }} and not coalesce(kpis.is_plan, false)
),

stream_days as (
    select * from {{ ref("stream_days") }}
),

given_days as (
    {{ rows_or_none("sheet_kpi_given_days", {
        "kpi": dbt.type_string(), "day": "date", "not_before": "date"
    }) }}
),

sheet_parts as (
    select
        kpi,
        {{ each_element("sheet_parts") }} as part
    from kpis
    where sheet_parts is not null
),

part_numbers as (
    select
        kpi,
        count(*) as parts
    from sheet_parts
    group by kpi
),

-- what is worked out from several KPIs kept in sheets is given where each of them is
sheet_days as (
    select
        sheet_parts.kpi,
        given_days.day,
        max(given_days.not_before) as not_before
    from sheet_parts
    inner join part_numbers on sheet_parts.kpi = part_numbers.kpi
    inner join given_days on sheet_parts.part = given_days.kpi
    group by sheet_parts.kpi, given_days.day, part_numbers.parts
    having count(*) = part_numbers.parts
),

amounts as (
    select * from {{ ref("kpi_converted_amounts") }}
),

counts as ({{ distinct_rows_of_kpis() }}),

-- rates count too: without one, an amount is converted at an older rate
traced_streams as (
    select * from {{ ref("kpi_traced_streams") }}
),

findings as (
    select * from {{ ref("finding_days") }}
),

last_days as (
    select
        source,
        account,
        stream,
        max(day) as last_day
    from stream_days
    group by source, account, stream
),

-- a KPI kept in a sheet is delivered on the days that somebody has filled in, whatever other KPIs the sheet has
delivered as (
    select
        streams.kpi,
        stream_days.source,
        stream_days.account,
        stream_days.stream,
        stream_days.day,
        stream_days.is_settled,
        stream_days.flags
    from streams
    inner join stream_days
        on
            streams.source = stream_days.source
            and streams.account = stream_days.account
            and streams.stream = stream_days.stream
    inner join last_days
        on
            streams.source = last_days.source
            and streams.account = last_days.account
            and streams.stream = last_days.stream
    left join sheet_days on streams.kpi = sheet_days.kpi and stream_days.day = sheet_days.day
    where
        not streams.is_by_hand
        or (
            sheet_days.day is not null
            and coalesce(sheet_days.not_before <= last_days.last_day, true)
        )
),

bounds as (
    select
        kpi,
        min(day) as first_day,
        max(day) as last_day
    from delivered
    group by kpi
),

kpi_days as (
    select
        kpi,
        {{ each_day("first_day", "greatest(last_day, " ~ add_days(-1, as_of()) ~ ")") }} as day
    from bounds
),

-- every stream that feeds the KPI is expected on each day, of every account
expected as (
    select
        kpi_days.kpi,
        kpi_days.day,
        delivered.day is not null as is_delivered,
        -- the snapshot of a past day cannot be taken again, so it cannot change
        coalesce(delivered.is_settled or streams.is_snapshot, false) as is_settled,
        case
            when delivered.day is null and streams.is_snapshot
                then {{ list_of(["missed_snapshot"]) }}
            else delivered.flags
        end as flags
    from kpi_days
    inner join streams on kpi_days.kpi = streams.kpi
    left join delivered
        on
            streams.kpi = delivered.kpi
            and streams.source = delivered.source
            and streams.account = delivered.account
            and streams.stream = delivered.stream
            and kpi_days.day = delivered.day
),

-- without a value a row adds nothing and would look like 0; a part is no larger than its whole; of whole numbers, a
-- fraction would be shown rounded
value_flags as (
    select
        amounts.kpi,
        amounts.day,
        case
            when kpis.kind = 'ratio' and amounts.own_numerator is null then 'empty_value'
            when kpis.kind = 'ratio' and amounts.own_denominator is null then 'empty_value'
            when
                kpis.is_proportion
                and (
                    amounts.own_numerator < 0 or amounts.own_numerator > amounts.own_denominator
                )
                then 'impossible_proportion'
            when kpis.kind = 'ratio' then null
            when kpis.is_proportion and (amounts.own_value < 0 or amounts.own_value > 1)
                then 'impossible_proportion'
            else {{ value_fault("amounts.own_value") }}
        end as flag
    from amounts
    inner join kpis on amounts.kpi = kpis.kpi
    union all
    -- a distinct count of a period is in doubt from its first day on
    select
        counts.kpi,
        counts.period_start as day,
        {{ value_fault("counts.value") }} as flag
    from counts
    inner join kpis on counts.kpi = kpis.kpi
),

flagged as (
    select
        kpi,
        day,
        {{ each_element("flags") }} as flag
    from expected
    union all
    -- an amount in another currency without a rate cannot be added up
    select
        kpi,
        day,
        'unconverted_currency' as flag
    from amounts
    where is_unconverted
    union all
    select
        kpi,
        day,
        flag
    from value_flags
    where flag is not null
    union all
    select
        traced_streams.kpi,
        findings.day,
        findings.code as flag
    from findings
    inner join traced_streams
        on
            findings.source = traced_streams.source
            and findings.account = traced_streams.account
            and findings.stream = traced_streams.stream
    left join sheet_parts
        on traced_streams.kpi = sheet_parts.kpi and findings.kpi = sheet_parts.part
    where coalesce(findings.kpi = traced_streams.kpi, true) or sheet_parts.part is not null
),

flag_lists as (
    select
        kpi,
        day,
        {{ sorted_list("flag") }} as flags
    from flagged
    group by kpi, day
),

open_rates as (
    select distinct
        kpi,
        day
    from amounts
    where is_rate_open
),

-- rows of which none has a value are no delivery: without it a day has what was there, which may be 0
valueless as (
    select
        amounts.kpi,
        amounts.day
    from amounts
    inner join kpis on amounts.kpi = kpis.kpi
    group by amounts.kpi, amounts.day
    having
        max(
            case
                when kpis.kind <> 'ratio' and amounts.own_value is null then 0
                when kpis.kind = 'ratio' and amounts.own_numerator is null then 0
                when kpis.kind = 'ratio' and amounts.own_denominator is null then 0
                else 1
            end
        ) = 0
),

planned as (
    select distinct
        amounts.kpi,
        amounts.day,
        kpis.every,
        {{ start_of("kpis.every", "amounts.day") }} as period_start
    from amounts
    inner join kpis on amounts.kpi = kpis.kpi
    where kpis.is_plan
),

planned_periods as (
    select distinct
        kpi,
        period_start,
        {{ add_days(-1, start_after(1, "every", "period_start")) }} as period_end
    from planned
),

planned_days as (
    select
        kpi,
        {{ each_day("period_start", "period_end") }} as day,
        period_end
    from planned_periods
),

-- the number of a month is known of the whole of it: a part of it that is over has none
covered_plans as (
    select
        planned_days.kpi,
        planned_days.day,
        planned_days.day >= {{ as_of() }}
        or planned_days.period_end < {{ as_of() }}
        or planned.day is not null as delivered,
        true as settled
    from planned_days
    left join planned on planned_days.kpi = planned.kpi and planned_days.day = planned.day
),

covered as (
    select * from covered_plans
    union all
    select
        kpi,
        day,
        min(case when is_delivered then 1 else 0 end) = 1 as delivered,
        min(case when is_settled then 1 else 0 end) = 1 as settled
    from expected
    group by kpi, day
),

expressed_days as (
    select
        covered.kpi,
        covered.day,
        covered.delivered,
        {{ start_of("kpis.every", "covered.day") }} as period_start
    from covered
    inner join kpis on covered.kpi = kpis.kpi
    where kpis.sheet_parts is not null and kpis.model <> 'sheet_kpi_days' and kpis.kind <> 'stock'
),

-- of an expression, a month that lacks a day of one part would have the sales of some days and the costs of all
partial_periods as (
    select
        kpi,
        period_start
    from expressed_days
    group by kpi, period_start
    having min(day) > period_start or min(case when delivered then 1 else 0 end) = 0
),

partial_days as (
    select
        expressed_days.kpi,
        expressed_days.day
    from expressed_days
    inner join partial_periods
        on
            expressed_days.kpi = partial_periods.kpi
            and expressed_days.period_start = partial_periods.period_start
),

final as (
    select
        covered.kpi,
        covered.day,
        covered.delivered and valueless.day is null and partial_days.day is null as delivered,
        covered.settled and open_rates.day is null as settled,
        coalesce(flag_lists.flags, {{ list_of([]) }}) as flags
    from covered
    left join flag_lists on covered.kpi = flag_lists.kpi and covered.day = flag_lists.day
    left join open_rates on covered.kpi = open_rates.kpi and covered.day = open_rates.day
    left join valueless on covered.kpi = valueless.kpi and covered.day = valueless.day
    left join partial_days on covered.kpi = partial_days.kpi and covered.day = partial_days.day
)

select * from final
