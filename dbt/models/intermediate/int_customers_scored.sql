with orders as (

    select
        *,
        -- What was paid for an order that came to nothing is no lifetime value.
        order_status not in ('canceled', 'unavailable') as has_value
    from {{ ref("int_orders_enriched") }}

),

per_person as (

    select
        customer_key,
        min(purchase_date) as first_purchase_date,
        max(purchase_date) as last_purchase_date,
        max(purchased_at) as last_purchased_at,
        count(*) as order_count,
        countif(is_delivered) as delivered_order_count,
        countif(has_value) as valued_order_count,
        sum(item_count) as item_count,
        sum(if(has_value, paid_brl, 0)) as lifetime_value_brl,
        sum(if(has_value, paid_usd, 0)) as lifetime_value_usd,
        -- A sum of floats depends on its order; rounded, a rerun gives the same.
        round(avg(delivery_days), 6) as average_delivery_days,
        safe_divide(countif(is_late), countif(is_late is not null)) as late_delivery_rate,
        sum(review_count) as review_count,
        avg(review_score) as average_review_score
    from orders
    group by customer_key

),

-- Days and amounts are few beside persons; time and key break ties, so that a rerun gives the same scores.
recent as (

    {{
        with_quantile(
            "per_person", "recency_score", value="last_purchase_date", ties="last_purchased_at, customer_key"
        ) | indent(4)
    }}

),

monetary as (

    {{
        with_quantile("recent", "monetary_score", value="lifetime_value_brl", ties="customer_key")
        | indent(4)
    }}

),

scored as (

    select
        *,
        date_trunc(first_purchase_date, month) as cohort_month,
        (select max(per_person.last_purchase_date) from per_person) as last_day,
        {{ frequency_score("order_count") }} as frequency_score
    from monetary

),

named as (

    select
        *,
        {{ rfm_segment("recency_score", "frequency_score", "monetary_score") }} as rfm_segment
    from scored

)

select * from named
