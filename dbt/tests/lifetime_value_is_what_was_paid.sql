-- The persons' lifetime values add up to the payments of the orders that count.
with persons as (

    select
        sum(lifetime_value_brl) as value_brl,
        sum(lifetime_value_usd) as value_usd,
        sum(order_count) as order_count
    from {{ ref("customer_360") }}

),

orders as (

    select
        sum(if(order_status in ('canceled', 'unavailable'), 0, paid_brl)) as value_brl,
        sum(if(order_status in ('canceled', 'unavailable'), 0, paid_usd)) as value_usd,
        count(*) as order_count
    from {{ ref("fct_orders") }}

)

select persons.*
from persons
cross join orders
where
    persons.value_brl != orders.value_brl
    or persons.value_usd != orders.value_usd
    or persons.order_count != orders.order_count
