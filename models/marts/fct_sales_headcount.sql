with reps as (
    select * from {{ ref("dim_sales_reps") }}
),

known as (
    select
        owner_id,
        sales_rep,
        joined_on,
        least(coalesce(left_on, {{ add_days(-1, as_of()) }}), {{ add_days(-1, as_of()) }}) as known_to
    from reps
    where is_on_team
),

final as (
    select
        {{ each_day("joined_on", "known_to") }} as day,
        owner_id,
        sales_rep
    from known
    where joined_on <= known_to
)

select * from final
