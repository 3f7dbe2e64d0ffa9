-- What is shown of a person is shared by k_anonymity persons, or is not shown.
{%- set known = ["profiles.cohort_month", "profiles.rfm_segment"] %}

with customers as (

    select * from {{ ref("dim_customers") }}

),

profiles as (

    select * from {{ ref("customer_360") }}

),

persons as (

    select
        profiles.cohort_month,
        profiles.rfm_segment,
        customers.region,
        customers.state,
        customers.city,
        customers.masked_name,
        count(*) over (partition by {{ known | join(", ") }}) as cell_size
    from customers
    left join profiles
        on customers.customer_key = profiles.customer_key

)

select
    cohort_month,
    rfm_segment,
    region,
    state,
    city,
    masked_name,
    cell_size,
    count(*) as group_size
from persons
group by cohort_month, rfm_segment, region, state, city, masked_name, cell_size
-- Fewer persons than that in a whole cell share all that is not said of them.
having count(*) < {{ var("k_anonymity") }} and (cell_size >= {{ var("k_anonymity") }} or region is not null)
