with source as (

    {{ accepted_rows("customers") | indent(4) }}

),

renamed as (

    select
        -- ids
        customer_id,
        customer_unique_id,

        -- strings
        {{ zip_prefix("customer_zip_code_prefix") }} as zip_code,
        customer_city as city,
        customer_state as state
    from source

)

select * from renamed
