with audience as (
    select * from {{ ref("fct_page_audience") }}
),

final as (
    select
        account,
        day,
        sum(likes) as value
    from audience
    group by account, day
)

select * from final
