with calls as (
    select * from {{ ref("fct_calls") }}
),

merged as (
    select * from {{ ref("stg_hubspot__merged_contacts") }}
),

called as (
    select
        account,
        {{ each_element("contact_ids") }} as contact_id,
        call_id,
        called_at,
        day,
        sales_rep
    from calls
    where direction = 'OUTBOUND' and status = 'COMPLETED'
),

spoken as (
    select
        called.account,
        coalesce(merged.merged_into, called.contact_id) as contact_id,
        called.call_id,
        called.called_at,
        called.day,
        called.sales_rep
    from called
    left join merged
        on called.account = merged.account and called.contact_id = merged.contact_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by account, contact_id order by called_at asc, call_id asc
        ) as place
    from spoken
),

final as (
    select
        account,
        contact_id,
        day as first_called_on,
        sales_rep
    from ranked
    where place = 1
)

select * from final
