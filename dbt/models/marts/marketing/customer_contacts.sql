with contacts as (

    select * from {{ ref("int_customer_contacts") }}

),

person_keys as (

    select * from {{ ref("int_person_keys") }}

),

customer_360 as (

    select * from {{ ref("customer_360") }}

),

final as (

    -- Nothing exact goes in here: an amount, a day or a score would join a person to an open mart.
    select
        contacts.contact_key,
        contacts.real_name,
        contacts.email,
        contacts.phone,
        contacts.city,
        contacts.state,
        if(
            count(*) over (partition by customer_360.rfm_segment) >= {{ var("k_anonymity") }},
            customer_360.rfm_segment,
            null
        ) as rfm_segment
    from contacts
    inner join person_keys
        on contacts.customer_unique_id = person_keys.customer_unique_id
    left join customer_360
        on person_keys.customer_key = customer_360.customer_key

)

select * from final
