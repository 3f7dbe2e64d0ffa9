with sellers as (

    select * from {{ ref("int_sellers_cleaned") }}

),

centroids as (

    select * from {{ ref("int_zip_centroids") }}

),

final as (

    select
        sellers.seller_id,
        sellers.zip_code,
        sellers.city,
        sellers.state,
        centroids.latitude,
        centroids.longitude
    from sellers
    left join centroids
        on sellers.zip_code = centroids.zip_code

)

select * from final
