-- The contract says numeric.
select
    order_id,
    cast(price as float64) as price
from {{ source("raw", "orders") }}
