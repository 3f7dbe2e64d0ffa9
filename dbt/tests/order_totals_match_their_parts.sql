-- What an order says of its items, payments and reviews is what the other facts hold.
with orders as (

    select
        sum(item_count) as items,
        sum(items_brl) as items_brl,
        sum(freight_brl) as freight_brl,
        sum(payment_count) as payments,
        sum(paid_brl) as paid_brl,
        sum(review_count) as reviews
    from {{ ref("fct_orders") }}

),

items as (

    select
        count(*) as items,
        coalesce(sum(price_brl), 0) as items_brl,
        coalesce(sum(freight_brl), 0) as freight_brl
    from {{ ref("fct_order_items") }}

),

payments as (

    select
        count(*) as payments,
        coalesce(sum(amount_brl), 0) as paid_brl
    from {{ ref("fct_payments") }}

),

reviews as (

    select count(*) as reviews from {{ ref("fct_reviews") }}

)

select orders.*
from orders
cross join items
cross join payments
cross join reviews
where
    orders.items != items.items
    or orders.items_brl != items.items_brl
    or orders.freight_brl != items.freight_brl
    or orders.payments != payments.payments
    or orders.paid_brl != payments.paid_brl
    or orders.reviews != reviews.reviews
