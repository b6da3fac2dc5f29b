with calls as (
    select * from {{ ref("fct_calls") }}
),

spoken as (
    select
        {{ each_element("contact_ids") }} as contact_id,
        call_id,
        called_at,
        day,
        sales_rep
    from calls
    where direction = 'OUTBOUND' and status = 'COMPLETED'
),

ranked as (
    select
        *,
        row_number() over (partition by contact_id order by called_at asc, call_id asc) as place
    from spoken
),

final as (
    select
        contact_id,
        day as first_called_on,
        sales_rep
    from ranked
    where place = 1
)

select * from final
