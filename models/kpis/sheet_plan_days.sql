with plans as (
    select * from {{ ref("fct_sheet_plans") }}
),

{{ sheet_rows_by_day("plans") }}

select * from final
