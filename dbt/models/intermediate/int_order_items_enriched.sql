with items as (

    select * from {{ ref("stg_order_items") }}

),

order_keys as (

    select * from {{ ref("int_order_keys") }}

),

rates as (

    select * from {{ ref("int_exchange_rates_daily") }}

),

enriched as (

    select
        -- keys
        {{ surrogate_key(["order_keys.order_key", "items.order_item_id"]) }} as order_item_key,
        order_keys.order_key,
        order_keys.customer_key,
        items.product_id,
        items.seller_id,

        -- dates and timestamps
        order_keys.purchase_date,
        order_keys.purchase_month,
        items.shipping_limit_at,

        -- numerics
        items.order_item_id,
        items.price_brl,
        items.freight_brl,
        round(items.price_brl * rates.exchange_rate, 2) as price_usd,
        round(items.freight_brl * rates.exchange_rate, 2) as freight_usd,
        rates.exchange_rate
    from items
    inner join order_keys
        on items.order_id = order_keys.order_id
    left join rates
        on order_keys.purchase_date = rates.rate_date

)

select * from enriched
