with orders as (

    select * from {{ ref("stg_orders") }}

),

customers as (

    select * from {{ ref("stg_customers") }}

),

person_keys as (

    select * from {{ ref("int_person_keys") }}

),

analytics_key as (

    select * from {{ source("keys", "hash_keys") }}
    where purpose = 'analytics'

),

hashed as (

    select
        orders.order_id,
        {{ keyed_hash("orders.order_id", "analytics_key") }} as order_key,
        orders.customer_id,
        customers.customer_unique_id,
        person_keys.customer_key,
        orders.purchase_date,
        date_trunc(orders.purchase_date, month) as purchase_month,
        orders.purchased_at
    from orders
    inner join customers on orders.customer_id = customers.customer_id
    inner join person_keys on customers.customer_unique_id = person_keys.customer_unique_id
    cross join analytics_key

)

select * from hashed
