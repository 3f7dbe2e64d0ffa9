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
        min_by(real_name, if(real_name is null, null, preference)) as real_name,
        min_by(email, if(email is null, null, preference)) as email,
        min_by(phone, if(phone is null, null, preference)) as phone,
        min_by(home_address, if(home_address is null, null, preference)) as home_address,
        min_by(city, if(city is null, null, preference)) as city,
        min_by(state, if(state is null, null, preference)) as state
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
