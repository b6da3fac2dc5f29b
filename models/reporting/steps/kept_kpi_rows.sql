{{ config(
    materialized="incremental" if target.type == "duckdb" else "table",
    incremental_strategy="changed_days",
    post_hook="{{ note_kept_rows() }}",
) }}

with final as ({{ rows_of_kpis(kept=true) }})

select * from final
