{#- From the delivered strings to typed values: NULL where the text does not convert.
    The patterns keep out what a cast takes beyond plain numbers, such as '0x1a'. -#}
{% macro convert(column, type) -%}
    {%- if type == "integer" -%}
        if(regexp_contains({{ column }}, r'^[+-]?[0-9]+$'), safe_cast({{ column }} as int64), null)
    {%- elif type == "numeric" -%}
        if(regexp_contains({{ column }}, r'^[+-]?[0-9]+([.][0-9]+)?$'), safe_cast({{ column }} as numeric), null)
    {%- elif type == "float" -%}
        safe_cast({{ column }} as float64)
    {%- elif type == "timestamp" -%}
        timestamp({{ local_datetime(column) }}, '{{ var("source_time_zone") }}')
    {%- elif type == "date" -%}
        safe.parse_date('%Y-%m-%d', {{ column }})
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}

{#- The local wall clock of a delivered timestamp. -#}
{% macro local_datetime(column) -%}
    safe.parse_datetime('%Y-%m-%d %H:%M:%S', {{ column }})
{%- endmacro %}

{#- The local day of a delivered timestamp. -#}
{% macro local_date(column) -%}
    date({{ local_datetime(column) }})
{%- endmacro %}

{#- Text without blanks around it; NULL when nothing is left. The characters are listed because engines differ in the default. -#}
{% macro cleaned_text(column) -%}
    nullif(trim({{ column }}, ' \t\r\n\u00a0'), '')
{%- endmacro %}

{#- A postal code's first five digits; a spreadsheet drops leading zeros. -#}
{% macro zip_prefix(column) -%}
    lpad({{ column }}, 5, '0')
{%- endmacro %}
