{{
    config(
        cluster_by=["customer_key"],
        pre_hook="{{ delete_emptied_months('int_orders_enriched') }}",
    )
}}

with final as (

    {{ fact_rows("int_orders_enriched") | indent(4) }}

)

select * from final
