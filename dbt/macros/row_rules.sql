{#- Which delivered rows staging takes in. Both macros judge a row by broken_rule() and repetition(),
    so that it is either accepted or rejected, never both and never neither. -#}

{#- Rows of a raw table that keep every rule: the delivered columns, trimmed, empty text as NULL. -#}
{% macro accepted_rows(table) -%}
    select *
    from (
        {{ trimmed_rows(table) | indent(8) }}
    )
    where {{ broken_rule(table) | indent(4) }} is null
    {%- if source_rules()[table].key %}
    qualify {{ repetition(table) | indent(4) }} = 1
    {%- endif %}
{%- endmacro %}

{#- Rows of a raw table that break a rule: where they stand, the first broken rule as `column: reason`, and the row itself. -#}
{% macro rejected_rows(table) -%}
    {%- set source_rule = source_rules()[table] -%}
    select
        '{{ table }}' as source_table,
        '{{ source_rule.file }}' as source_file,
        {{ row_key(table) }} as row_key,
        rule,
        to_json_string(delivered) as raw_row
    from (
        select
            {%- if source_rule.key %}
            * except (rule),
            coalesce(
                rule,
                if({{ repetition(table, "rule is null") | indent(16) }} > 1, '{{ source_rule.key | join(", ") }}: repeats the key of another row', null)
            ) as rule
            {%- else %}
            *
            {%- endif %}
        from (
            select
                *,
                {{ broken_rule(table) | indent(16) }} as rule
            from (
                {{ trimmed_rows(table, with_delivered=true) | indent(16) }}
            )
        )
    )
    where rule is not null
{%- endmacro %}

{#- The rejected rows of all raw tables, one select below the other. -#}
{% macro rejected_rows_of_every_table() -%}
    {%- for table in source_rules() -%}
    {{ rejected_rows(table) }}
    {{ "union all" if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#- The first rule of source_rules() that a trimmed row breaks, as `column: reason`; NULL for a good row.
    Missing parents are checked last, so that a row with a wrong value is rejected for that value. -#}
{% macro broken_rule(table) -%}
    {%- set columns = source_rules()[table].columns -%}
    case
        {%- for column in columns %}
        {%- for condition, reason in column_rules(column) %}
        when {{ condition }} then '{{ column.name }}: {{ reason }}'
        {%- endfor %}
        {%- endfor %}
        {%- for column in columns if column.parent is defined %}
        {%- set parent_table, parent_column = column.parent.split(".") %}
        when {{ column.name }} not in (select {{ parent_column }} from {{ ref("stg_" ~ parent_table) }})
            then '{{ column.name }}: has no accepted row in {{ column.parent }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- The rules of one column's own value as pairs of a condition, true when the rule is broken, and what to tell. -#}
{% macro column_rules(column) %}
    {%- set name, rules = column.name, [] -%}
    {%- if column.required -%}
        {%- do rules.append((name ~ " is null", "is empty")) -%}
    {%- endif -%}
    {%- if column.type != "string" -%}
        {%- do rules.append((does_not_convert(name, column.type), "is not a valid " ~ column.type)) -%}
    {%- endif -%}
    {%- for bound, operator, words in [("min", ">=", "at least"), ("max", "<=", "at most")] if column[bound] is defined -%}
        {#- Negated, so that NaN is outside every bound. -#}
        {%- do rules.append((
            "not (safe_cast(" ~ name ~ " as float64) " ~ operator ~ " " ~ column[bound] ~ ")",
            "is not " ~ words ~ " " ~ column[bound],
        )) -%}
    {%- endfor -%}
    {%- do return(rules) -%}
{% endmacro %}

{#- Position of a row among the good rows of its key. The order by every column makes the choice repeatable. -#}
{% macro repetition(table, also_by=none) -%}
    {%- set source_rule = source_rules()[table] -%}
    row_number() over (
        partition by {{ (([also_by] if also_by else []) + source_rule.key) | join(", ") }}
        order by {{ source_rule.columns | map(attribute="name") | reject("in", source_rule.key) | join(", ") }}
    )
{%- endmacro %}

{#- Every delivered row: columns trimmed, empty text as NULL, and on request the row as it came. -#}
{% macro trimmed_rows(table, with_delivered=false) -%}
    select
        {%- if with_delivered %}
        delivered,
        {%- endif %}
        {%- for column in source_rules()[table].columns %}
        {{ cleaned_text(column.name) }} as {{ column.name }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ source("raw", table) }} as delivered
{%- endmacro %}

{#- How a person finds the row in the file: the key columns, or the first column of a file without a key. -#}
{% macro row_key(table) -%}
    {%- set source_rule = source_rules()[table] -%}
    concat(
        {%- for column in source_rule.key or [source_rule.columns[0].name] -%}
        '{{ ", " if not loop.first }}{{ column }}=', coalesce({{ column }}, ''){{ ", " if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
