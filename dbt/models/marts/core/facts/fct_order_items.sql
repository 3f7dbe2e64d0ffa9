{{
    config(
        cluster_by=["product_id"],
        pre_hook="{{ delete_emptied_months('int_order_items_enriched') }}",
    )
}}

with final as (

    {{ fact_rows("int_order_items_enriched") | indent(4) }}

)

select * from final
