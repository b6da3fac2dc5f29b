-- Gross, fees and net are read from three columns of Stripe's: they must tell one story.
select movement_id
from {{ ref("fct_balance_movements") }}
where net <> amount - fee
