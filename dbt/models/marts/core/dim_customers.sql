{#- From the coarse to the fine: each is shown only among those who share all that is shown before it. -#}
{%- set shown = ["region", "state", "city", "masked_name"] -%}
{#- What the facts tell of a person anyway. -#}
{%- set known = ["cohort_month", "rfm_segment"] -%}
with customers as (

    select * from {{ ref("int_customers_masked") }}

),

scored as (

    select * from {{ ref("int_customers_scored") }}

),

states as (

    select * from {{ ref("brazilian_states") }}

),

-- Integers sum up exactly in any order; floats would not, and a centre could differ from run to run.
centres as (

    select
        city,
        state,
        round(sum(cast(latitude * 100 as int64)) / count(latitude) / 100, 2) as latitude,
        round(sum(cast(longitude * 100 as int64)) / count(longitude) / 100, 2) as longitude
    from {{ ref("int_zip_centroids") }}
    where latitude is not null
    group by city, state

),

persons as (

    select
        customers.*,
        states.region,
        scored.cohort_month,
        scored.rfm_segment
    from customers
    left join scored
        on customers.customer_key = scored.customer_key
    left join states
        on customers.state = states.state

),

{% for column in shown %}
    {%- set relation = "shown_" ~ shown[loop.index0 - 1] if loop.index0 else "persons" %}
    {{ shown_where_common(column, known + shown[:loop.index0], relation) }},
{% endfor %}

final as (

    select
        persons.customer_key,
        persons.masked_name,
        persons.email_hash,
        persons.phone_hash,
        persons.has_email,
        persons.has_phone,
        persons.city,
        persons.state,
        persons.region,
        centres.latitude,
        centres.longitude,
        persons.key_version
    from shown_{{ shown | last }} as persons
    left join centres
        on
            persons.city = centres.city
            and persons.state = centres.state

)

select * from final
