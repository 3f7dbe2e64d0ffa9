-- Payments equal items and freight, but for the known share of orders that never did.
{{ config(severity="warn") }}

with totals as (

    select
        countif(abs(paid_brl - total_brl) > 0.01) as mismatched,
        count(*) as compared
    from {{ ref("fct_orders") }}
    where has_items and has_payment

)

select *
from totals
where mismatched > 0.005 * compared
