with streams as (
    select * from {{ ref("stg_lake__streams") }}
),

attempts as (
    select * from {{ ref("stg_lake__attempts") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
),

kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

traced as ({{ streams_feeding(kpi_models()) }}),

sheet_parts as (
    select
        kpi,
        {{ each_element("sheet_parts") }} as part
    from kpis
    where sheet_parts is not null
),

sheet_accounts as (
    select distinct
        sheet_parts.kpi,
        kpis.account
    from sheet_parts
    inner join kpis on sheet_parts.part = kpis.kpi
),

pulled_sources as (
    select source from attempts
    union distinct
    select source from windows
),

declared as (
    select
        kpis.kpi,
        traced.source,
        streams.account,
        traced.stream,
        streams.cadence,
        streams.is_snapshot,
        kpis.sheet_parts is not null
        and traced.source = 'spreadsheet'
        and traced.stream = 'kpi_values' as is_by_hand,
        pulled_sources.source is not null as is_pulled
    from kpis
    inner join traced on kpis.model = traced.model and traced.is_waited_for
    inner join streams
        on
            traced.source = streams.source
            and traced.stream = streams.stream
            -- a KPI kept in a sheet has nothing to do with the sheets of another account
            and coalesce(kpis.account = streams.account, true)
    left join sheet_accounts
        on kpis.kpi = sheet_accounts.kpi and streams.account = sheet_accounts.account
    left join pulled_sources on traced.source = pulled_sources.source
    -- an expression has nothing to do with the sheets of accounts that no part of it is kept in
    where
        kpis.sheet_parts is null
        or traced.source <> 'spreadsheet'
        or sheet_accounts.account is not null
),

ranked as (
    select
        *,
        max(case when is_pulled then 1 else 0 end) over (partition by kpi) = 1 as has_pulled
    from declared
),

-- a KPI does not wait for a source that was never pulled; of any other it waits for each stream of each account, even
-- if the pull failed
final as (
    select
        kpi,
        source,
        account,
        stream,
        cadence,
        is_snapshot,
        is_by_hand
    from ranked
    where is_pulled or not has_pulled
)

select * from final
