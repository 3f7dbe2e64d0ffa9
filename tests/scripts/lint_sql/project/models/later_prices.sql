select *
from {{ ref("prices") }}
{% if is_incremental() %}
-- Only a later run meets this line.
where price::string not in (select price from {{ this }})
{% endif %}
