with sellers as (

    select * from {{ ref("stg_sellers") }}

),

centroids as (

    select * from {{ ref("int_zip_centroids") }}

),

-- What is no city gives way to the usual city of the postal code.
cleaned as (

    select
        sellers.seller_id,
        sellers.zip_code,
        coalesce({{ clean_city("sellers.city") }}, centroids.city) as city,
        sellers.state
    from sellers
    left join centroids on sellers.zip_code = centroids.zip_code

)

select * from cleaned
