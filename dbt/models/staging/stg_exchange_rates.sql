with source as (

    {{ accepted_rows("exchange_rates") | indent(4) }}

),

renamed as (

    select
        -- strings
        source_currency,
        target_currency,

        -- numerics
        {{ convert("exchange_rate", "numeric") }} as exchange_rate,

        -- dates
        {{ convert("date", "date") }} as rate_date
    from source

)

select * from renamed
