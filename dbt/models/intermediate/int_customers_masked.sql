with person_keys as (

    select * from {{ ref("int_person_keys") }}

),

orders as (

    select * from {{ ref("int_order_keys") }}

),

customers as (

    select * from {{ ref("stg_customers") }}

),

contacts as (

    select * from {{ ref("int_customer_contacts") }}

),

centroids as (

    select * from {{ ref("int_zip_centroids") }}

),

analytics_key as (

    select * from {{ source("keys", "hash_keys") }}
    where purpose = 'analytics'

),

latest_orders as (

    select
        customer_unique_id,
        customer_id
    from orders
    where true
    qualify row_number() over (partition by customer_unique_id order by purchased_at desc, order_id asc) = 1

),

places as (

    select
        latest_orders.customer_unique_id,
        coalesce({{ clean_city("customers.city") }}, centroids.city) as city,
        customers.state,
        centroids.latitude,
        centroids.longitude
    from latest_orders
    inner join customers on latest_orders.customer_id = customers.customer_id
    left join centroids on customers.zip_code = centroids.zip_code

),

masked as (

    select
        person_keys.customer_key,
        {{ mask_name("contacts.real_name") }} as masked_name,
        {{ keyed_hash("contacts.email", "analytics_key") }} as email_hash,
        {{ keyed_hash("contacts.phone", "analytics_key") }} as phone_hash,
        contacts.email is not null as has_email,
        contacts.phone is not null as has_phone,
        if(places.customer_unique_id is null, {{ clean_city("contacts.city") }}, places.city) as city,
        if(places.customer_unique_id is null, contacts.state, places.state) as state,
        places.latitude,
        places.longitude,
        person_keys.key_version
    from person_keys
    cross join analytics_key
    left join places on person_keys.customer_unique_id = places.customer_unique_id
    left join contacts on person_keys.customer_unique_id = contacts.customer_unique_id
    where places.customer_unique_id is not null or contacts.customer_unique_id is not null

)

select * from masked
