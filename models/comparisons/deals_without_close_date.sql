with deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

undated as (
    select {{ business_day("changed_at") }} as day
    from deals
    where is_closed and closed_at is null
),

final as (
    select
        'hubspot' as source,
        'deals' as stream,
        day,
        count(*) as row_count
    from undated
    group by day
)

select * from final
