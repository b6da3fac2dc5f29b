with source as (
    select * from {{ read_lake("zendesk", "tickets") }}
),

renamed as (
    select
        -- ids
        id as ticket_id,
        group_id,
        group_name,
        brand_id,

        -- what it is
        status,
        channel,
        support_type,
        has_merge_tag,
        follow_up_of,

        -- how soon a person answered
        first_reply_minutes,
        first_reply_business_minutes,
        first_reply_seconds,

        -- times
        created_at,
        solved_at,
        updated_at,
        generated_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
