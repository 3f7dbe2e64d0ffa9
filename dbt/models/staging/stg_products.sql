with source as (

    {{ accepted_rows("products") | indent(4) }}

),

renamed as (

    select
        -- ids
        product_id,

        -- strings
        product_category_name as category_name,

        -- numerics
        {{ convert("product_name_lenght", "integer") }} as name_length,
        {{ convert("product_description_lenght", "integer") }} as description_length,
        {{ convert("product_photos_qty", "integer") }} as photo_count,
        {{ convert("product_weight_g", "integer") }} as weight_g,
        {{ convert("product_length_cm", "integer") }} as length_cm,
        {{ convert("product_height_cm", "integer") }} as height_cm,
        {{ convert("product_width_cm", "integer") }} as width_cm
    from source

)

select * from renamed
