-- Every accepted row of a fact's source is in the fact, once and with its amount.
{%- set facts = [
    ("stg_orders", "fct_orders", "1"),
    ("stg_order_items", "fct_order_items", "price_brl + freight_brl"),
    ("stg_order_payments", "fct_payments", "amount_brl"),
    ("stg_order_reviews", "fct_reviews", "review_score"),
] %}

with compared as (

    {% for staged, fact, amount in facts %}
        select
            '{{ fact }}' as fact,
            staged.row_count as staged_rows,
            held.row_count as fact_rows,
            staged.amount as staged_amount,
            held.amount as fact_amount
        from (select count(*) as row_count, sum({{ amount }}) as amount from {{ ref(staged) }}) as staged
        cross join (select count(*) as row_count, sum({{ amount }}) as amount from {{ ref(fact) }}) as held
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}

)

select *
from compared
where
    staged_rows != fact_rows
    or coalesce(staged_amount, 0) != coalesce(fact_amount, 0)
