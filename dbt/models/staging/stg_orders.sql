with source as (

    {{ accepted_rows("orders") | indent(4) }}

),

renamed as (

    select
        -- ids
        order_id,
        customer_id,

        -- strings
        order_status,

        -- dates
        {{ local_date("order_purchase_timestamp") }} as purchase_date,
        {{ local_date("order_estimated_delivery_date") }} as estimated_delivery_date,

        -- timestamps
        {{ convert("order_purchase_timestamp", "timestamp") }} as purchased_at,
        {{ convert("order_approved_at", "timestamp") }} as approved_at,
        {{ convert("order_delivered_carrier_date", "timestamp") }} as delivered_to_carrier_at,
        {{ convert("order_delivered_customer_date", "timestamp") }} as delivered_to_customer_at
    from source

)

select * from renamed
