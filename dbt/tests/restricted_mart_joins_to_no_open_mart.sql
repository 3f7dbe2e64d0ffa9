-- No value that identifies somebody in the restricted mart stands in a customer column of an open mart.
{%- set identifying = ["contact_key", "real_name", "email", "phone"] %}
{%- set shown = {
    "dim_customers": ["customer_key", "masked_name", "email_hash", "phone_hash"],
    "fct_orders": ["order_key"],
    "fct_reviews": ["order_review_key", "review_id"],
} %}

with contacts as (

    select * from {{ ref("customer_contacts") }}

),

restricted as (

    select identifier
    from contacts
    cross join unnest([{{ identifying | join(", ") }}]) as identifier

),

opened as (

    {% for model, columns in shown.items() %}
        select shown
        from {{ ref(model) }}
        cross join unnest([{{ columns | join(", ") }}]) as shown
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}

)

select opened.shown
from opened
inner join restricted
    on opened.shown = restricted.identifier
