{#- Deterministic key of one row from its natural key. NULL and '' give different keys, and ('a', 'bc') another than ('ab', 'c'). -#}
{% macro surrogate_key(columns) -%}
    to_hex(sha256(concat(
        {%- for column in columns %}
        coalesce(concat(char_length(cast({{ column }} as string)), ':', cast({{ column }} as string)), '-')
        {%- if not loop.last %}, '|',{% endif %}
        {%- endfor %}
    )))
{%- endmacro %}
