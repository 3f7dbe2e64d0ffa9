with final as (

    select * from {{ ref("int_exchange_rates_daily") }}

)

select * from final
