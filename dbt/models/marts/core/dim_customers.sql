with final as (

    select * from {{ ref("int_customers_masked") }}

)

select * from final
