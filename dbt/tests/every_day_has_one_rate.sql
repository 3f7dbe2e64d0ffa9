-- The calendar of rates has no gap, and a filled day repeats the day it was filled from.
with rates as (

    select
        rate_date,
        exchange_rate,
        is_filled,
        lag(rate_date) over (order by rate_date) as previous_date,
        lag(exchange_rate) over (order by rate_date) as previous_rate
    from {{ ref("fct_exchange_rates") }}

)

select rate_date
from rates
where
    date_diff(rate_date, previous_date, day) != 1
    or (is_filled and previous_rate is not null and exchange_rate != previous_rate)
