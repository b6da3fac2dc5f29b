with owners as (
    select * from {{ ref("stg_hubspot__owners") }}
),

deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

deal_owners as (
    select distinct
        account,
        owner_id
    from deals
    where owner_id is not null
),

named as (
    select
        *,
        count(*) over (partition by account, name) as of_that_name,
        min(account) over (partition by name) <> max(account) over (partition by name)
            as is_in_other_accounts
    from owners
),

final as (
    select
        named.account,
        named.owner_id,
        -- people of the same name are different people, also where they are in different accounts
        case
            when named.name is null then {{ owner_without_name("named") }}
            when named.of_that_name > 1 and named.is_in_other_accounts
                then
                    {{ dbt.concat([
                        "named.name", "' ('", "named.owner_id", "', '", "named.account", "')'"
                    ]) }}
            when named.of_that_name > 1
                then {{ dbt.concat(["named.name", "' ('", "named.owner_id", "')'"]) }}
            when named.is_in_other_accounts
                then {{ dbt.concat(["named.name", "' ('", "named.account", "')'"]) }}
            else named.name
        end as sales_rep,
        named.kind = 'PERSON' and deal_owners.owner_id is not null as is_on_team,
        {{ business_day("named.created_at") }} as joined_on,
        case when named.is_archived then {{ business_day("named.updated_at") }} end as left_on
    from named
    left join deal_owners
        on named.account = deal_owners.account and named.owner_id = deal_owners.owner_id
)

select * from final
