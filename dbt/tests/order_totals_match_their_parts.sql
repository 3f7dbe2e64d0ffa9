-- An order's amounts are the sums of its units and payments in the other facts.
with orders as (

    select
        sum(items_brl) as items_brl,
        sum(freight_brl) as freight_brl,
        sum(paid_brl) as paid_brl
    from {{ ref("fct_orders") }}

),

items as (

    select
        sum(price_brl) as items_brl,
        sum(freight_brl) as freight_brl
    from {{ ref("fct_order_items") }}

),

payments as (

    select sum(amount_brl) as paid_brl from {{ ref("fct_payments") }}

)

select orders.*
from orders
cross join items
cross join payments
where
    orders.items_brl != items.items_brl
    or orders.freight_brl != items.freight_brl
    or orders.paid_brl != payments.paid_brl
