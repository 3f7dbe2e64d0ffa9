-- Text that identifies somebody in the restricted mart stands in no customer column of an open mart.
with restricted as (

    select contact_key as secret from {{ ref("customer_contacts") }}
    union distinct
    select email from {{ ref("customer_contacts") }}
    union distinct
    select phone from {{ ref("customer_contacts") }}
    union distinct
    select real_name from {{ ref("customer_contacts") }}

),

open_columns as (

    select customer_key as shown from {{ ref("dim_customers") }}
    union distinct
    select masked_name from {{ ref("dim_customers") }}
    union distinct
    select email_hash from {{ ref("dim_customers") }}
    union distinct
    select phone_hash from {{ ref("dim_customers") }}
    union distinct
    select order_key from {{ ref("fct_orders") }}

)

select open_columns.shown
from open_columns
inner join restricted
    on open_columns.shown = restricted.secret
