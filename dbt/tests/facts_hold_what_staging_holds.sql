-- Every accepted row of a fact's source is in the fact, once and with its amount.
{%- set facts = [
    ("stg_orders", "fct_orders", "1"),
    ("stg_order_items", "fct_order_items", "price_brl + freight_brl"),
    ("stg_order_payments", "fct_payments", "amount_brl"),
    ("stg_order_reviews", "fct_reviews", "review_score"),
] %}

with counted as (

    {% for staged, fact, amount in facts %}
        select
            '{{ fact }}' as fact,
            count(*) as staged_rows,
            0 as fact_rows,
            coalesce(sum({{ amount }}), 0) as staged_amount,
            0 as fact_amount
        from {{ ref(staged) }}
        union all
        select
            '{{ fact }}' as fact,
            0 as staged_rows,
            count(*) as fact_rows,
            0 as staged_amount,
            coalesce(sum({{ amount }}), 0) as fact_amount
        from {{ ref(fact) }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}

)

select
    fact,
    sum(staged_rows) as rows_staged,
    sum(fact_rows) as rows_in_fact,
    sum(staged_amount) as amount_staged,
    sum(fact_amount) as amount_in_fact
from counted
group by fact
having
    sum(staged_rows) != sum(fact_rows)
    or sum(staged_amount) != sum(fact_amount)
