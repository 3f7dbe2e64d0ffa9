with {% for table in source_rules() -%}
{{ table }} as (

    {{ rejected_rows(table) | indent(4) }}

),

{% endfor -%}
rejected as (
    {% for table in source_rules() %}
    select * from {{ table }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

explained as (

    select
        source_table,
        source_file,
        row_key,
        split(rule, ': ')[offset(0)] as column_name,
        split(rule, ': ')[offset(1)] as reason,
        raw_row
    from rejected

)

select * from explained
