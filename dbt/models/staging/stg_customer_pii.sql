with source as (

    {{ accepted_rows("customer_pii") | indent(4) }}

),

renamed as (

    select
        -- ids
        customer_unique_id,

        -- strings
        real_name,
        email,
        phone_number,
        home_address,
        original_city as city,
        original_state as state
    from source

)

select * from renamed
