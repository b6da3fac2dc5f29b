{{ config(**taken_by_window()) }}

with movements as (
    select * from {{ rows_to_take("fct_balance_movements") }}
),

-- without one of its amounts, a sum would be of some of the movements and look like that of all
final as (
    select
        account,
        day,
        kind,
        currency,
        count(*) as movements,
        case when count(amount) = count(*) then sum(amount) end as amount,
        sum(fee) as fee,
        sum(net) as net,
        _window,
        '{{ model_fingerprint() if execute }}' as _loaded_by
    from movements
    group by account, day, kind, currency, _window
)

select * from final
