-- A row of a KPI without a day is in no period: its figures would be too low without a word.
select kpi
from {{ ref("kpi_converted_amounts") }}
where day is null
group by kpi
