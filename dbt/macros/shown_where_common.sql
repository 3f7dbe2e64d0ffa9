{#- CTEs that end in `shown_<column>`: the rows of `relation`, in which `column` is NULL unless as many persons as
    k_anonymity asks for share it among those with equal columns `within`. Where fewer than that would stay hidden
    they would be known by what is not said of them, so the smallest group that was shown is hidden with them. -#}
{% macro shown_where_common(column, within, relation) -%}
    {%- set group = within | join(", ") -%}
    {%- set k = var("k_anonymity") -%}
    sized_{{ column }} as (

        select
            *,
            {{ column }} is null or count(*) over (partition by {{ group }}, {{ column }}) < {{ k }} as is_rare,
            count(*) over (partition by {{ group }}, {{ column }}) as group_size
        from {{ relation }}

    ),

    parted_{{ column }} as (

        select
            *,
            countif(is_rare) over (partition by {{ group }}) as rare_count,
            first_value({{ column }}) over (
                partition by {{ group }} order by is_rare, group_size, {{ column }}
            ) as smallest
        from sized_{{ column }}

    ),

    shown_{{ column }} as (

        select
            * except (is_rare, group_size, rare_count, smallest)
            replace (
                if(is_rare or (rare_count > 0 and rare_count < {{ k }} and {{ column }} = smallest), null, {{ column }})
                as {{ column }}
            )
        from parted_{{ column }}

    )
{%- endmacro %}
