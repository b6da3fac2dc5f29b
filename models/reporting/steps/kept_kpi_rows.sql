{{ config(**kept_by_day()) }}

with final as ({{ rows_of_kpis(kept=true) }})

select * from final
