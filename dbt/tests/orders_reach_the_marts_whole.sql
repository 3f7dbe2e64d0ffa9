-- Every accepted row of a fact's source is in the fact, once.
with counts as (

    select
        (select count(*) from {{ ref("stg_orders") }}) as staged_orders,
        (select count(*) from {{ ref("fct_orders") }}) as orders,
        (select count(*) from {{ ref("stg_order_items") }}) as staged_items,
        (select count(*) from {{ ref("fct_order_items") }}) as items,
        (select count(*) from {{ ref("stg_order_payments") }}) as staged_payments,
        (select count(*) from {{ ref("fct_payments") }}) as payments,
        (select count(*) from {{ ref("stg_order_reviews") }}) as staged_reviews,
        (select count(*) from {{ ref("fct_reviews") }}) as reviews

)

select *
from counts
where
    staged_orders != orders
    or staged_items != items
    or staged_payments != payments
    or staged_reviews != reviews
