with attempts as (
    select * from {{ ref("stg_lake__attempts") }}
),

final as (
    select
        source,
        stream,
        attempted_at,
        outcome,
        message,
        account
    from attempts
)

select * from final
