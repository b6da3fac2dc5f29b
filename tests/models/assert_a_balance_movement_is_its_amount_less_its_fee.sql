-- Gross, fees and net are read from three columns of Stripe's: they must tell one story.
select movement_id
from {{ tested_rows("stg_stripe__balance_transactions") }}
where net_minor <> amount_minor - fee_minor
