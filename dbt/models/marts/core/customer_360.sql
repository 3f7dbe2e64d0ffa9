with scored as (

    select * from {{ ref("int_customers_scored") }}

),

items as (

    select * from {{ ref("fct_order_items") }}

),

payments as (

    select * from {{ ref("fct_payments") }}

),

products as (

    select * from {{ ref("dim_products") }}

),

customers as (

    select * from {{ ref("dim_customers") }}

),

categories as (

    select
        items.customer_key,
        products.category_name_english as preferred_category
    from items
    inner join products
        on items.product_id = products.product_id
    where products.category_name_english is not null
    group by items.customer_key, products.category_name_english
    qualify row_number() over (
        partition by items.customer_key
        order by count(*) desc, sum(items.price_brl) desc, products.category_name_english asc
    ) = 1

),

payment_types as (

    select
        customer_key,
        payment_type as preferred_payment_type
    from payments
    group by customer_key, payment_type
    qualify row_number() over (
        partition by customer_key
        order by count(*) desc, sum(amount_brl) desc, payment_type asc
    ) = 1

),

final as (

    select
        scored.customer_key,
        customers.city,
        customers.state,
        scored.cohort_month,
        scored.first_purchase_date,
        scored.last_purchase_date,
        scored.order_count,
        scored.delivered_order_count,
        scored.item_count,
        scored.lifetime_value_brl,
        scored.lifetime_value_usd,
        cast(
            round(scored.lifetime_value_brl / nullif(scored.valued_order_count, 0), 2) as numeric
        ) as average_order_value_brl,
        date_diff(scored.last_day, scored.last_purchase_date, day) as recency_days,
        safe_divide(
            date_diff(scored.last_purchase_date, scored.first_purchase_date, day), scored.order_count - 1
        ) as average_days_between_orders,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        scored.rfm_segment,
        scored.average_delivery_days,
        scored.late_delivery_rate,
        scored.review_count,
        scored.average_review_score,
        -- One star is -1, three stars are 0, five stars are 1.
        (scored.average_review_score - 3) / 2 as sentiment_score,
        categories.preferred_category,
        payment_types.preferred_payment_type
    from scored
    left join customers
        on scored.customer_key = customers.customer_key
    left join categories
        on scored.customer_key = categories.customer_key
    left join payment_types
        on scored.customer_key = payment_types.customer_key

)

select * from final
