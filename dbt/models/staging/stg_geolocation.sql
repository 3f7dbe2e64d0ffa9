with source as (

    {{ accepted_rows("geolocation") | indent(4) }}

),

renamed as (

    select
        -- strings
        {{ zip_prefix("geolocation_zip_code_prefix") }} as zip_code,
        geolocation_city as city,
        geolocation_state as state,

        -- numerics
        {{ convert("geolocation_lat", "float") }} as latitude,
        {{ convert("geolocation_lng", "float") }} as longitude
    from source

)

select * from renamed
