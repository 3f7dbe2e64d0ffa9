with orders as (

    select * from {{ ref("stg_orders") }}

),

order_keys as (

    select * from {{ ref("int_order_keys") }}

),

rates as (

    select * from {{ ref("int_exchange_rates_daily") }}

),

items as (

    select
        order_id,
        count(*) as item_count,
        sum(price_brl) as items_brl,
        sum(freight_brl) as freight_brl
    from {{ ref("stg_order_items") }}
    group by order_id

),

payments as (

    select
        order_id,
        count(*) as payment_count,
        sum(amount_brl) as paid_brl
    from {{ ref("stg_order_payments") }}
    group by order_id

),

reviews as (

    select
        order_id,
        count(*) as review_count,
        array_agg(review_score order by answered_at desc, review_id asc limit 1)[offset(0)] as review_score
    from {{ ref("stg_order_reviews") }}
    group by order_id

),

enriched as (

    select
        -- keys
        order_keys.order_key,
        order_keys.customer_key,

        -- strings
        orders.order_status,

        -- dates and timestamps
        orders.purchase_date,
        order_keys.purchase_month,
        orders.estimated_delivery_date,
        orders.purchased_at,
        orders.approved_at,
        orders.delivered_to_carrier_at,
        orders.delivered_to_customer_at,

        -- numerics
        coalesce(items.item_count, 0) as item_count,
        coalesce(items.items_brl, 0) as items_brl,
        coalesce(items.freight_brl, 0) as freight_brl,
        coalesce(items.items_brl + items.freight_brl, 0) as total_brl,
        round(coalesce(items.items_brl + items.freight_brl, 0) * rates.exchange_rate, 2) as total_usd,
        coalesce(payments.payment_count, 0) as payment_count,
        coalesce(payments.paid_brl, 0) as paid_brl,
        round(coalesce(payments.paid_brl, 0) * rates.exchange_rate, 2) as paid_usd,
        rates.exchange_rate,
        coalesce(reviews.review_count, 0) as review_count,
        reviews.review_score,
        timestamp_diff(orders.delivered_to_customer_at, orders.purchased_at, second) / 86400 as delivery_days,

        -- booleans
        orders.order_status = 'delivered' as is_delivered,
        orders.order_status = 'canceled' as is_canceled,
        items.order_id is not null as has_items,
        payments.order_id is not null as has_payment,
        date(orders.delivered_to_customer_at, '{{ var("source_time_zone") }}')
        > orders.estimated_delivery_date as is_late,
        -- The files hold such orders; they are marked, not refused.
        coalesce(orders.approved_at < orders.purchased_at, false)
        or coalesce(orders.delivered_to_carrier_at < orders.approved_at, false)
        or coalesce(orders.delivered_to_customer_at < orders.delivered_to_carrier_at, false)
        or coalesce(orders.delivered_to_carrier_at < orders.purchased_at, false) as is_event_order_broken
    from orders
    inner join order_keys
        on orders.order_id = order_keys.order_id
    left join rates
        on orders.purchase_date = rates.rate_date
    left join items
        on orders.order_id = items.order_id
    left join payments
        on orders.order_id = payments.order_id
    left join reviews
        on orders.order_id = reviews.order_id

)

select * from enriched
