with products as (

    select * from {{ ref("stg_products") }}

),

translations as (

    select * from {{ ref("stg_product_category_name_translation") }}

),

final as (

    select
        products.product_id,
        products.category_name,
        -- Two categories are delivered without a translation.
        coalesce(translations.category_name_english, products.category_name) as category_name_english,
        products.name_length,
        products.description_length,
        products.photo_count,
        products.weight_g,
        products.length_cm,
        products.height_cm,
        products.width_cm,
        products.length_cm * products.height_cm * products.width_cm as volume_cm3
    from products
    left join translations
        on products.category_name = translations.category_name

)

select * from final
