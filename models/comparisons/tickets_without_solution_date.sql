with tickets as (
    select * from {{ ref("stg_zendesk__tickets") }}
),

undated as (
    select {{ business_day("updated_at") }} as day
    from tickets
    where
        status in ('solved', 'closed')
        and solved_at is null
        -- a merged ticket counts as its other one
        and not coalesce(has_merge_tag, false)
),

final as (
    select
        'zendesk' as source,
        'tickets' as stream,
        day,
        count(*) as row_count
    from undated
    group by day
)

select * from final
