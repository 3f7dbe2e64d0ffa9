{#- From the delivered strings to typed values: NULL where the text does not convert.
    The patterns shut out what casts take beyond plain values, such as '0x1a', '1e3' or '24:00:00'. -#}
{% macro convert(column, type) -%}
    {%- if type in ("integer", "numeric", "date") -%}
        if({{ has_shape(column, type) }}, safe_cast({{ column }} as {{ bigquery_type(type) }}), null)
    {%- elif type == "timestamp" -%}
        timestamp({{ local_datetime(column) }}, '{{ var("source_time_zone") }}')
    {%- elif type == "float" -%}
        safe_cast({{ column }} as float64)
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}

{#- The local wall clock of a delivered timestamp. -#}
{% macro local_datetime(column) -%}
    if({{ has_shape(column, "timestamp") }}, safe_cast({{ column }} as datetime), null)
{%- endmacro %}

{#- The local day of a delivered timestamp. -#}
{% macro local_date(column) -%}
    date({{ local_datetime(column) }})
{%- endmacro %}

{#- Condition that holds for a text, not NULL, that does not convert. Numbers are judged by their shape alone:
    it leaves nothing to fail, and a cast from text to NUMERIC costs the emulator more than all other checks. -#}
{% macro does_not_convert(column, type) -%}
    {%- if type in ("integer", "numeric") -%}
        not {{ has_shape(column, type) }}
    {%- else -%}
        {{ column }} is not null and {{ local_datetime(column) if type == "timestamp" else convert(column, type) }} is null
    {%- endif -%}
{%- endmacro %}

{% macro has_shape(column, type) -%}
    {%- set shapes = {
        "integer": "[+-]?[0-9]{1,18}",
        "numeric": "[+-]?[0-9]{1,18}([.][0-9]{1,9})?",
        "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "timestamp": "[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]",
    } -%}
    regexp_contains({{ column }}, r'^{{ shapes[type] }}$')
{%- endmacro %}

{% macro bigquery_type(type) -%}
    {{ {"integer": "int64", "numeric": "numeric", "date": "date"}[type] }}
{%- endmacro %}

{#- Text without blanks around it; NULL when nothing is left. The characters are listed because engines differ in the default. -#}
{% macro cleaned_text(column) -%}
    nullif(trim({{ column }}, ' \t\r\n\u00a0'), '')
{%- endmacro %}

{#- A postal code's first five digits; a spreadsheet drops leading zeros. -#}
{% macro zip_prefix(column) -%}
    lpad({{ column }}, 5, '0')
{%- endmacro %}
