{{
    config(
        cluster_by=["customer_key"],
        pre_hook="{{ delete_emptied_months('int_payments_enriched') }}",
    )
}}

with final as (

    {{ fact_rows("int_payments_enriched") | indent(4) }}

)

select * from final
