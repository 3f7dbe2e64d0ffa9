with payments as (

    select * from {{ ref("stg_order_payments") }}

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
        {{ surrogate_key(["order_keys.order_key", "payments.payment_sequential"]) }} as order_payment_key,
        order_keys.order_key,
        order_keys.customer_key,

        -- strings
        payments.payment_type,

        -- dates
        order_keys.purchase_date,
        order_keys.purchase_month,

        -- numerics
        payments.payment_sequential,
        payments.installments,
        payments.amount_brl,
        round(payments.amount_brl * rates.exchange_rate, 2) as amount_usd,
        rates.exchange_rate
    from payments
    inner join order_keys
        on payments.order_id = order_keys.order_id
    left join rates
        on order_keys.purchase_date = rates.rate_date

)

select * from enriched
