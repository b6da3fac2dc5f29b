-- Orders from 1 January 2025 until yesterday, spread evenly. One in 50 is deleted softly, one in 5 is in dollars, one in
-- 12 comes back. Amounts follow from the numbers by arithmetic, so that every run has the same rows.
insert into shop.customer
select n, 'customer' || n || '@example.com', timestamptz '2024-12-01 08:00+00' + n * interval '1 second'
from generate_series(1, :orders / 4 + 1) as n;

insert into shop.sales_order
select
    n,
    case when n % 97 = 0 then null else 1 + abs(hashint8(n)) % (:orders / 4 + 1) end,
    (array['web', 'store', 'marketplace'])[1 + (n * 31) % 3],
    case when n % 5 = 0 then 'USD' else 'EUR' end,
    timestamptz '2025-01-01 00:00+01'
    + (n - 1) * ((current_date - timestamptz '2025-01-01 00:00+01') / :orders),
    case when n % 50 = 0 then timestamptz '2026-01-01 00:00+01' end
from generate_series(1, :orders) as n;

insert into shop.sales_order_item
select
    o.id,
    line,
    1 + (o.id * line) % 3,
    5 + (o.id * 13 + line * 7) % 90 + 0.99,
    case when line = 2 then 0.07 else 0.19 end,
    2 + (o.id * 5 + line) % 40 + 0.1234
from shop.sales_order as o, generate_series(1, 1 + o.id % 3) as line;

insert into shop.sales_return
select
    row_number() over (order by o.id),
    o.id,
    i.gross_price,
    i.vat_rate,
    least(o.placed_at + interval '9 days', current_date - interval '1 hour')
from shop.sales_order as o
inner join shop.sales_order_item as i on o.id = i.order_id and i.line = 1
where o.id % 12 = 0 and o.deleted_at is null;

analyze;
