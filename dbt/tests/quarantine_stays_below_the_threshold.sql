{#- Stops the run ahead of the marts when too large a share of a file was rejected. The message names files,
    keys, columns and reasons; what the rows hold stays in quarantined_rows. -#}
{%- set overruns -%}
with delivered as (
    {% for table in source_rules() %}
    select '{{ table }}' as source_table, count(*) as row_count from {{ source("raw", table) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

rejected as (

    select
        source_table,
        source_file,
        column_name,
        reason,
        min(row_key) as first_row_key,
        count(*) as rejected_count,
        sum(count(*)) over (partition by source_table) as table_rejected_count
    from {{ ref("quarantined_rows") }}
    group by source_table, source_file, column_name, reason

)

select
    rejected.source_file,
    rejected.column_name,
    rejected.reason,
    rejected.first_row_key,
    rejected.rejected_count,
    delivered.row_count
from rejected
inner join delivered on rejected.source_table = delivered.source_table
where rejected.table_rejected_count > delivered.row_count * {{ var("quarantine_threshold") }}
-- Causes before their consequences: a row without a parent is rejected because of another row.
order by starts_with(rejected.reason, 'has no accepted row'), rejected.source_file, rejected.rejected_count desc
{%- endset -%}

{%- if execute and flags.WHICH in ("build", "test") -%}
    {%- set lines = ["too many rows were rejected (allowed: " ~ var("quarantine_threshold") ~ " of a file):"] -%}
    {%- for row in run_query(overruns) -%}
        {%- do lines.append(
            row["source_file"] ~ ", " ~ row["column_name"] ~ " " ~ row["reason"] ~ ": " ~ row["rejected_count"]
            ~ " of " ~ row["row_count"] ~ " rows, one of them " ~ row["first_row_key"]
        ) -%}
    {%- endfor -%}
    {%- if lines | length > 1 -%}
        {%- do lines.append("Look at quarantined_rows, mend the file and deliver it again, or raise the variable quarantine_threshold.") -%}
        {%- do exceptions.raise_compiler_error(lines | join("\n  ")) -%}
    {%- endif -%}
{%- endif -%}

{{ overruns }}
