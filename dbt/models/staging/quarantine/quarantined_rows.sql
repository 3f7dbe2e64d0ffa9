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

)

select * from rejected
