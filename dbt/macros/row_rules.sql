{#- Which delivered rows staging takes in. Both macros below number the rules of source_rules() in one way,
    so that a raw row is either accepted or rejected, never both and never neither. -#}

{#- Rows of a raw table that keep every rule: delivered columns, trimmed, empty text as NULL. -#}
{% macro accepted_rows(table) -%}
    select *
    from ({{ trimmed_rows(table) }}) as trimmed
    where {{ first_broken_rule(table) }} is null
    {%- if source_rules()[table].key %}
    qualify {{ repetition(table) }} = 1
    {%- endif %}
{%- endmacro %}

{#- Rows of a raw table that break a rule, in the columns of quarantined_rows. -#}
{% macro rejected_rows(table) -%}
    {%- set rules = row_rules(table) -%}
    {%- set source_rule = source_rules()[table] -%}
    select
        '{{ table }}' as source_table,
        '{{ source_rule.file }}' as source_file,
        {{ row_key(table) }} as row_key,
        [{% for rule in rules %}'{{ rule.column }}'{{ ", " if not loop.last }}{% endfor %}][offset(rule)] as column_name,
        [{% for rule in rules %}'{{ rule.reason }}'{{ ", " if not loop.last }}{% endfor %}][offset(rule)] as reason,
        to_json_string(delivered) as raw_row
    from (
        select
            * except (rule),
            {% if source_rule.key -%}
            coalesce(rule, if({{ repetition(table, "rule is null") }} > 1, {{ rules | length - 1 }}, null)) as rule
            {%- else -%}
            rule
            {%- endif %}
        from (
            select
                *,
                {{ first_broken_rule(table) }} as rule
            from ({{ trimmed_rows(table, with_delivered=true) }}) as trimmed
        ) as checked
    ) as numbered
    where rule is not null
{%- endmacro %}

{#- The rules of a raw table in the order in which they are checked: condition (true when broken), column, reason.
    The repeated key stands last; it needs a window and is applied by the callers, so it has no condition. -#}
{% macro row_rules(table) %}
    {%- set source_rule = source_rules()[table] -%}
    {%- set rules = [] -%}
    {%- for column in source_rule.columns -%}
        {%- set name, value = column.name, convert(column.name, column.type) -%}
        {%- if column.required -%}
            {%- do rules.append({"column": name, "condition": name ~ " is null", "reason": "is empty"}) -%}
        {%- endif -%}
        {%- if column.type != "string" -%}
            {%- do rules.append({
                "column": name, "condition": name ~ " is not null and " ~ value ~ " is null",
                "reason": "is not a valid " ~ column.type,
            }) -%}
        {%- endif -%}
        {%- if column.min is defined or column.max is defined -%}
            {%- set low, high = column.min | default(none), column.max | default(none) -%}
            {#- Negated, so that NaN is out of every bound. -#}
            {%- set inside = [] -%}
            {%- if low is not none %}{% do inside.append(value ~ " >= " ~ low) %}{% endif -%}
            {%- if high is not none %}{% do inside.append(value ~ " <= " ~ high) %}{% endif -%}
            {%- do rules.append({
                "column": name, "condition": "not (" ~ inside | join(" and ") ~ ")",
                "reason": "is not " ~ ("between " ~ low ~ " and " ~ high if low is not none and high is not none
                    else "at least " ~ low if low is not none else "at most " ~ high),
            }) -%}
        {%- endif -%}
        {%- if column.parent is defined -%}
            {%- set parent_table, parent_column = column.parent.split(".") -%}
            {%- do rules.append({
                "column": name,
                "condition": name ~ " not in (select " ~ parent_column ~ " from " ~ ref("stg_" ~ parent_table) ~ ")",
                "reason": "has no accepted row in " ~ column.parent,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if source_rule.key -%}
        {%- do rules.append({"column": source_rule.key | join(", "), "condition": none, "reason": "repeats the key of another row"}) -%}
    {%- endif -%}
    {%- do return(rules) -%}
{% endmacro %}

{#- Number of the first rule that a trimmed row breaks; NULL for a good row. -#}
{% macro first_broken_rule(table) -%}
    case
        {%- for rule in row_rules(table) if rule.condition %}
        when {{ rule.condition }} then {{ loop.index0 }}
        {%- endfor %}
    end
{%- endmacro %}

{#- Position of a row among the good rows of its key. The order by every column makes the choice repeatable. -#}
{% macro repetition(table, also_by=none) -%}
    {%- set source_rule = source_rules()[table] -%}
    row_number() over (
        partition by {{ (([also_by] if also_by else []) + source_rule.key) | join(", ") }}
        order by {{ source_rule.columns | map(attribute="name") | join(", ") }}
    )
{%- endmacro %}

{#- Every delivered row: columns trimmed, empty text as NULL, and on request the row as it came. -#}
{% macro trimmed_rows(table, with_delivered=false) -%}
    select
        {%- if with_delivered %}
        delivered,
        {%- endif %}
        {%- for column in source_rules()[table].columns %}
        {{ cleaned_text("delivered." ~ column.name) }} as {{ column.name }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ source("raw", table) }} as delivered
{%- endmacro %}

{#- How a person finds the row in the file: the key columns, or the first column of a file without a key. -#}
{% macro row_key(table) -%}
    {%- set source_rule = source_rules()[table] -%}
    {%- set columns = source_rule.key or [source_rule.columns[0].name] -%}
    concat(
        {%- for column in columns -%}
        '{{ ", " if not loop.first }}{{ column }}=', coalesce({{ column }}, ''){{ ", " if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
