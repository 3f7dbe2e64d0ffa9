with sellers as (

    select * from {{ ref("stg_sellers") }}

),

centroids as (

    select * from {{ ref("int_zip_centroids") }}

),

cities as (

    select distinct city from centroids

),

-- What is no city, a person's name for one, gives way to the usual city of the postal code.
cleaned as (

    select
        sellers.seller_id,
        sellers.zip_code,
        coalesce(cities.city, centroids.city) as city,
        sellers.state
    from sellers
    left join cities on {{ clean_city("sellers.city") }} = cities.city
    left join centroids on sellers.zip_code = centroids.zip_code

)

select * from cleaned
