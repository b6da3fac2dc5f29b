with reps as (
    select * from {{ ref("dim_sales_reps") }}
),

members as (
    select
        *,
        {{ add_days(-1, as_of()) }} as yesterday
    from reps
    where is_on_team
),

known as (
    select
        account,
        owner_id,
        sales_rep,
        joined_on,
        least(coalesce(left_on, yesterday), yesterday) as known_to
    from members
),

final as (
    select
        account,
        {{ each_day("joined_on", "known_to") }} as day,
        owner_id,
        sales_rep
    from known
    where joined_on <= known_to
)

select * from final
