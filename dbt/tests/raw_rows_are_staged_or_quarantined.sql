-- Every delivered row is either in its staging view or in the quarantine.
with stations as (

    {% for table in source_rules() %}
        select
            '{{ table }}' as source_table,
            (select count(*) from {{ source("raw", table) }}) as raw_count,
            (select count(*) from {{ ref("stg_" ~ table) }}) as staging_count
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}

),

quarantined as (

    select
        source_table,
        count(*) as quarantine_count
    from {{ ref("quarantined_rows") }}
    group by source_table

)

select
    stations.source_table,
    stations.raw_count,
    stations.staging_count,
    quarantined.quarantine_count
from stations
left join quarantined on stations.source_table = quarantined.source_table
where stations.raw_count != stations.staging_count + coalesce(quarantined.quarantine_count, 0)
