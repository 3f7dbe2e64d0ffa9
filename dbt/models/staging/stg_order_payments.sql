with source as (

    {{ accepted_rows("order_payments") | indent(4) }}

),

renamed as (

    select
        -- ids
        {{ surrogate_key(["order_id", "payment_sequential"]) }} as order_payment_key,
        order_id,
        {{ convert("payment_sequential", "integer") }} as payment_sequential,

        -- strings
        payment_type,

        -- numerics
        {{ convert("payment_installments", "integer") }} as installments,
        {{ convert("payment_value", "numeric") }} as amount_brl
    from source

)

select * from renamed
