-- A web shop's own database: nothing in it is named or shaped as in Okra's sample company.
create schema shop;

create table shop.customer (id bigint primary key, email text not null, joined timestamptz not null);

create table shop.sales_order (
    id bigint primary key,
    customer_id bigint references shop.customer (id),
    channel text not null,
    currency char(3) not null,
    placed_at timestamptz not null,
    deleted_at timestamptz
);

create table shop.sales_order_item (
    order_id bigint not null references shop.sales_order (id),
    line smallint not null,
    quantity integer not null,
    gross_price numeric(12, 2) not null,
    vat_rate numeric(4, 2) not null,
    unit_cost numeric(12, 4) not null,
    primary key (order_id, line)
);

create table shop.sales_return (
    id bigint primary key,
    order_id bigint not null references shop.sales_order (id),
    refunded numeric(12, 2) not null,
    vat_rate numeric(4, 2) not null,
    returned_at timestamptz not null
);

create index on shop.sales_order (customer_id, placed_at);
