with customers as (

    select * from {{ ref("stg_customers") }}

),

contacts as (

    select * from {{ ref("stg_customer_pii") }}

),

analytics_key as (

    select * from {{ source("keys", "hash_keys") }}
    where purpose = 'analytics'

),

marketing_key as (

    select * from {{ source("keys", "hash_keys") }}
    where purpose = 'marketing'

),

persons as (

    select customer_unique_id from customers
    union distinct
    select customer_unique_id from contacts

),

hashed as (

    select
        persons.customer_unique_id,
        {{ keyed_hash("persons.customer_unique_id", "analytics_key") }} as customer_key,
        {{ keyed_hash("persons.customer_unique_id", "marketing_key") }} as contact_key,
        analytics_key.key_version
    from persons
    cross join analytics_key
    cross join marketing_key

)

select * from hashed
