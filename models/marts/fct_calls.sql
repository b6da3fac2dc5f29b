with calls as (
    select * from {{ ref("stg_hubspot__calls") }}
),

reps as (
    select * from {{ ref("dim_sales_reps") }}
),

final as (
    select
        calls.account,
        calls.call_id,
        {{ business_day("calls.called_at") }} as day,
        calls.called_at,
        -- a call that was entered by hand may have neither
        coalesce(calls.direction, 'OUTBOUND') as direction,
        coalesce(calls.status, 'COMPLETED') as status,
        calls.owner_id,
        coalesce(reps.sales_rep, {{ owner_without_name("calls") }}) as sales_rep,
        calls.contact_ids
    from calls
    left join reps on calls.account = reps.account and calls.owner_id = reps.owner_id
)

select * from final
