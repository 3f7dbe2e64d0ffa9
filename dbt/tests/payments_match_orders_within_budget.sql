-- Payments equal items and freight, but for a known share: three in a thousand of the real orders differ.
{{ config(fail_calc="coalesce(max(mismatched_per_10000), 0)", warn_if=">50", error_if=">200") }}

with orders as (

    select * from {{ ref("fct_orders") }}
    where has_items and has_payment

),

counted as (

    select
        countif(abs(paid_brl - total_brl) > 0.01) as mismatched,
        count(*) as compared
    from orders

)

select cast(ceil(10000 * mismatched / compared) as int64) as mismatched_per_10000
from counted
where compared > 0
