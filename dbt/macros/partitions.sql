{#- Incremental facts rewrite only the months whose rows differ from what stands in the table. -#}

{#- The months of `relation` whose rows are not those of this fact, late changes and removed rows included. -#}
{% macro changed_months(relation) -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute="name") | list -%}
    select purchase_month
    from ({{ month_fingerprints(relation, columns) }}) as delivered
    full outer join ({{ month_fingerprints(this, columns) }}) as existing
        using (purchase_month)
    where
        delivered.row_count is distinct from existing.row_count
        or delivered.fingerprint is distinct from existing.fingerprint
{%- endmacro %}

{#- One row per month: rows, and a fingerprint that does not depend on their order. -#}
{% macro month_fingerprints(relation, columns) -%}
    select
        purchase_month,
        count(*) as row_count,
        -- 60 bits of MD5: the emulator's farm_fingerprint is a hundred times slower.
        bit_xor(
            cast(
                concat('0x', substr(to_hex(md5(to_json_string(struct({{ columns | join(", ") }})))), 1, 15)) as int64
            )
        ) as fingerprint
    from {{ relation }}
    group by purchase_month
{%- endmacro %}

{#- Hook of the facts: insert_overwrite never empties a month, so months without rows are deleted here. -#}
{% macro delete_emptied_months(model) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where purchase_month not in (select purchase_month from {{ ref(model) }})
    {%- endif -%}
{%- endmacro %}

{#- Configuration that all facts share. -#}
{% macro fact_rows(model) -%}
    select *
    from {{ ref(model) }}
    {%- if is_incremental() %}
    where purchase_month in (select purchase_month from ({{ changed_months(ref(model)) }}))
    {%- endif %}
{%- endmacro %}
