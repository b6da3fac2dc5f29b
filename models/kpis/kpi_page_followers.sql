with audience as (
    select * from {{ ref("fct_page_audience") }}
),

final as (
    select
        day,
        sum(followers) as value
    from audience
    group by day
)

select * from final
