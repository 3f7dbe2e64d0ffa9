with source as (

    {{ accepted_rows("sellers") | indent(4) }}

),

renamed as (

    select
        -- ids
        seller_id,

        -- strings
        {{ zip_prefix("seller_zip_code_prefix") }} as zip_code,
        seller_city as city,
        seller_state as state
    from source

)

select * from renamed
