with sheet_values as (
    select * from {{ ref("fct_sheet_values") }}
),

{{ sheet_rows_by_day("sheet_values") }}

select * from final
