with streams as (
    select * from {{ ref("stg_lake__streams") }}
),

traced as (
    {% for kpi in kpi_names() if execute -%}
        {%- set last_kpi = loop.last -%}
        {%- for source_name, stream in streams_of(kpi) %}
    select
        {{ quoted(kpi) }} as kpi,
        {{ quoted(source_name) }} as source,
        {{ quoted(stream) }} as stream
        {{ "union all" if not (loop.last and last_kpi) }}
        {%- endfor -%}
    {%- endfor %}
),

final as (
    select
        traced.kpi,
        traced.source,
        traced.stream,
        streams.cadence,
        streams.is_snapshot
    from traced
    inner join streams on traced.source = streams.source and traced.stream = streams.stream
)

select * from final
