with source as (

    {{ accepted_rows("product_category_name_translation") | indent(4) }}

),

renamed as (

    select
        -- strings
        product_category_name as category_name,
        product_category_name_english as category_name_english
    from source

)

select * from renamed
