with geolocation as (

    select * from {{ ref("stg_geolocation") }}

),

located as (

    select
        *,
        {{ is_in_brazil("latitude", "longitude") }} as is_in_brazil
    from geolocation

),

-- Spellings of one place are few, so the rows are folded before any text is cleaned. Integers sum up exactly
-- in any order; floats would not, and a centroid could differ from run to run.
spellings as (

    select
        zip_code,
        city,
        state,
        count(*) as row_count,
        countif(is_in_brazil) as sample_count,
        sum(if(is_in_brazil, cast(latitude * 1000000 as int64), 0)) as latitude_sum,
        sum(if(is_in_brazil, cast(longitude * 1000000 as int64), 0)) as longitude_sum
    from located
    group by zip_code, city, state

),

cleaned as (

    select
        zip_code,
        {{ clean_city("city") }} as clean_city,
        state,
        row_count
    from spellings

),

cities as (

    select
        zip_code,
        clean_city as city,
        state,
        sum(row_count) as row_count
    from cleaned
    where clean_city is not null
    group by zip_code, clean_city, state

),

usual_city as (

    select * from cities
    where true
    qualify row_number() over (partition by zip_code order by row_count desc, city asc, state asc) = 1

),

centroids as (

    select
        zip_code,
        sum(sample_count) as sample_count,
        round(sum(latitude_sum) / nullif(sum(sample_count), 0) / 1000000, 2) as latitude,
        round(sum(longitude_sum) / nullif(sum(sample_count), 0) / 1000000, 2) as longitude
    from spellings
    group by zip_code

),

joined as (

    select
        centroids.zip_code,
        usual_city.city,
        usual_city.state,
        centroids.latitude,
        centroids.longitude,
        centroids.sample_count
    from centroids
    left join usual_city on centroids.zip_code = usual_city.zip_code

)

select * from joined
