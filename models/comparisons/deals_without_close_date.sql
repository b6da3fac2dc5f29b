with deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

undated as (
    select
        account,
        {{ business_day("changed_at") }} as day
    from deals
    where is_closed and closed_at is null
),

final as (
    select
        'hubspot' as source,
        account,
        'deals' as stream,
        day,
        count(*) as row_count
    from undated
    group by account, day
)

select * from final
