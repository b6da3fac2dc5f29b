with deals as (
    select * from {{ ref("stg_hubspot__deals") }}
),

pipelines as (
    select * from {{ ref("stg_hubspot__pipelines") }}
),

reps as (
    select * from {{ ref("dim_sales_reps") }}
),

final as (
    select
        deals.account,
        deals.deal_id,
        coalesce(pipelines.label, deals.pipeline_id) as pipeline,
        deals.owner_id,
        -- an owner who is no longer listed keeps a name
        coalesce(reps.sales_rep, {{ owner_without_name("deals") }}) as sales_rep,
        coalesce(reps.is_on_team, false) as is_of_the_team,
        {{ business_day("deals.created_at") }} as entered_on,
        case
            when deals.is_closed
                then coalesce(deals.close_day, {{ business_day("deals.closed_at") }})
        end as closed_on,
        deals.is_closed,
        deals.is_won,
        deals.currency,
        deals.amount,
        deals.company_currency,
        -- HubSpot converts nothing where there is nothing to convert
        coalesce(
            deals.amount_in_company_currency,
            case when deals.currency = deals.company_currency then deals.amount end
        ) as amount_in_company_currency,
        deals.properties
    from deals
    left join pipelines
        on deals.account = pipelines.account and deals.pipeline_id = pipelines.pipeline_id
    left join reps on deals.account = reps.account and deals.owner_id = reps.owner_id
)

select * from final
