with contacts as (

    select * from {{ ref("stg_customer_pii") }}

),

person_keys as (

    select * from {{ ref("int_person_keys") }}

),

normalised as (

    select
        customer_unique_id,
        regexp_replace(real_name, r'\s+', ' ') as real_name,
        {{ normalise_email("email") }} as email,
        {{ normalise_phone("phone_number") }} as phone,
        home_address,
        city,
        state
    from contacts

),

-- Which of a person's rows speaks first: a name in mixed case, then the row that knows most; the rest only decides ties.
ranked as (

    select
        *,
        row_number() over (
            partition by customer_unique_id
            order by
                real_name in (upper(real_name), lower(real_name)),
                if(email is null, 0, 1) + if(phone is null, 0, 1) + if(home_address is null, 0, 1) desc,
                real_name, email, phone, home_address, city, state
        ) as preference
    from normalised

),

-- A gap in the preferred row is filled from the next one that has the value.
collapsed as (

    select
        customer_unique_id,
        {% for column in ["real_name", "email", "phone", "home_address", "city", "state"] -%}
        min_by({{ column }}, if({{ column }} is null, null, preference)) as {{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from ranked
    group by customer_unique_id

),

keyed as (

    select
        collapsed.*,
        person_keys.contact_key
    from collapsed
    inner join person_keys on collapsed.customer_unique_id = person_keys.customer_unique_id

)

select * from keyed
