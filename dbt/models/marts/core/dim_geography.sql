with centroids as (

    select * from {{ ref("int_zip_centroids") }}

),

states as (

    select * from {{ ref("brazilian_states") }}

),

final as (

    select
        centroids.zip_code,
        centroids.city,
        centroids.state,
        states.region,
        centroids.latitude,
        centroids.longitude
    from centroids
    left join states
        on centroids.state = states.state

)

select * from final
