with source as (

    {{ accepted_rows("order_items") | indent(4) }}

),

renamed as (

    select
        -- ids
        {{ surrogate_key(["order_id", "order_item_id"]) }} as order_item_key,
        order_id,
        {{ convert("order_item_id", "integer") }} as order_item_id,
        product_id,
        seller_id,

        -- numerics
        {{ convert("price", "numeric") }} as price_brl,
        {{ convert("freight_value", "numeric") }} as freight_brl,

        -- timestamps
        {{ convert("shipping_limit_date", "timestamp") }} as shipping_limit_at
    from source

)

select * from renamed
