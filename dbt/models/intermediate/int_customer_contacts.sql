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

-- Which of a person's rows speaks first: a name in mixed case, then the row that knows most. The rest
-- only decides ties.
ranked as (

    select
        *,
        row_number() over (
            partition by customer_unique_id
            order by
                real_name in (upper(real_name), lower(real_name)) asc,
                if(email is null, 1, 0) + if(phone is null, 1, 0) + if(home_address is null, 1, 0) asc,
                real_name asc, email asc, phone asc, home_address asc, city asc, state asc
        ) as preference
    from normalised

),

-- A gap in the preferred row is filled from the next one that has the value.
collapsed as (

    select
        customer_unique_id,
        any_value(real_name having min if(real_name is null, null, preference)) as real_name,
        any_value(email having min if(email is null, null, preference)) as email,
        any_value(phone having min if(phone is null, null, preference)) as phone,
        any_value(home_address having min if(home_address is null, null, preference)) as home_address,
        any_value(city having min if(city is null, null, preference)) as city,
        any_value(state having min if(state is null, null, preference)) as state
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
