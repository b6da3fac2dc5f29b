with owners as (
    select * from {{ ref("stg_hubspot__owners") }}
),

deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

deal_owners as (
    select distinct owner_id
    from deals
    where owner_id is not null
),

named as (
    select
        *,
        count(*) over (partition by name) as of_that_name
    from owners
),

final as (
    select
        named.owner_id,
        case
            when named.name is null then {{ dbt.concat(["'owner '", "named.owner_id"]) }}
            when named.of_that_name > 1
                then {{ dbt.concat(["named.name", "' ('", "named.owner_id", "')'"]) }}
            else named.name
        end as sales_rep,
        named.kind = 'PERSON' and deal_owners.owner_id is not null as is_on_team,
        {{ business_day("named.created_at") }} as joined_on,
        case when named.is_archived then {{ business_day("named.updated_at") }} end as left_on
    from named
    left join deal_owners on named.owner_id = deal_owners.owner_id
)

select * from final
