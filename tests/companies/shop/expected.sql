-- The five KPIs by month, worked out in the shop's own database by hand. A rate is what a euro costs in dollars; an
-- amount of a day and channel is converted at the newest rate up to it, with twelve decimals, and rounded to six.
with orders as (
    select
        o.id,
        (o.placed_at at time zone 'Europe/Berlin')::date as day,
        o.channel,
        o.currency,
        o.customer_id,
        o.placed_at,
        (
            select round(sum(i.quantity * i.gross_price / (1 + i.vat_rate)), 2)
            from shop.sales_order_item as i where i.order_id = o.id
        ) as net,
        (
            select sum(i.quantity * i.unit_cost)
            from shop.sales_order_item as i where i.order_id = o.id
        ) as cost
    from shop.sales_order as o
    where o.deleted_at is null
),

ranked as (
    select
        *,
        customer_id is not null
        and row_number() over (partition by customer_id order by placed_at, id) > 1 as is_returning
    from orders
),

entries as (
    select day, channel, currency, net, cost from orders
    union all
    select
        (r.returned_at at time zone 'Europe/Berlin')::date,
        o.channel,
        o.currency,
        -round(r.refunded / (1 + r.vat_rate), 2),
        0
    from shop.sales_return as r
    inner join shop.sales_order as o on r.order_id = o.id
),

days as (
    select
        day, currency, sum(net) as sales, 0.0 as net, 0.0 as margin, 0 as orders, 0.0 as ordered, 0 as repeated
    from entries group by day, currency, channel
    union all
    select day, currency, 0, sum(net), sum(net - cost), 0, 0, 0
    from entries group by day, currency
    union all
    select day, currency, 0, 0, 0, count(*), sum(net), count(*) filter (where is_returning)
    from ranked group by day, currency
),

in_euros as (
    select
        d.*,
        case when d.currency = 'EUR' then 1 else (
            select round(1 / r.rate, 12) from public.rate as r where r.day <= d.day order by r.day desc limit 1
        ) end as euros
    from days as d
)

select
    date_trunc('month', day)::date as month,
    sum(orders) as orders,
    sum(round(sales * euros, 6)) as net_sales,
    sum(round(ordered * euros, 6)) / sum(orders) as basket,
    sum(repeated)::numeric / sum(orders) as returning_share,
    sum(round(margin * euros, 6)) / sum(round(net * euros, 6)) as gross_margin
from in_euros
group by 1
order by 1
