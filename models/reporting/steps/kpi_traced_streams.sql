with feeding as (
    select * from {{ ref("kpi_streams") }}
),

amounts as (
    select * from {{ ref("kpi_converted_amounts") }}
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

streams as (
    select * from {{ ref("stg_lake__streams") }}
),

traced as ({{ streams_feeding(kpi_models()) }}),

rates as ({{ streams_feeding(["fct_exchange_rates"]) }}),

pulled_sources as (
    select source from attempts
    union distinct
    select source from windows
),

converting_kpis as (
    select distinct kpi
    from amounts
    where is_foreign
),

correcting as (
    select
        kpis.kpi,
        traced.source,
        traced.stream
    from kpis
    inner join traced on kpis.model = traced.model
    where not traced.is_waited_for
    union distinct
    select
        converting_kpis.kpi,
        rates.source,
        rates.stream
    from converting_kpis
    cross join rates
),

-- rates and corrections that were never pulled feed no KPI
final as (
    select
        kpi,
        source,
        account,
        stream
    from feeding
    union distinct
    select
        correcting.kpi,
        streams.source,
        streams.account,
        streams.stream
    from correcting
    inner join streams
        on correcting.source = streams.source and correcting.stream = streams.stream
    inner join pulled_sources on correcting.source = pulled_sources.source
)

select * from final
