{#- Frequency in fixed bands: 97 % of persons order once, so quintiles would split equals. -#}
{% macro frequency_score(order_count) -%}
    case
        when {{ order_count }} >= 4 then 5
        when {{ order_count }} = 3 then 4
        when {{ order_count }} = 2 then 3
        else 1
    end
{%- endmacro %}

{#- The rows of `relation` with `score`, from 1 to `buckets`: exactly ntile() over (order by `value`, `ties`), which sorts
    all rows on one machine. Here a row is ranked among its equals, after the count of all that come before them. -#}
{% macro with_quantile(relation, score, value, ties, buckets=5) -%}
    select
        ranked.* except (place, row_count),
        -- The first `row_count % buckets` buckets hold one row more. The emulator writes div(a, b + 1) as a // b + 1.
        case
            when place < mod(row_count, {{ buckets }}) * (div(row_count, {{ buckets }}) + 1)
                then div(place, (div(row_count, {{ buckets }}) + 1))
            else
                {{ buckets }} - 1 - div((row_count - 1 - place), greatest(div(row_count, {{ buckets }}), 1))
        end + 1 as {{ score }}
    from (
        select
            rows_of.*,
            steps.row_count,
            steps.before
            + row_number() over (partition by rows_of.{{ value }} order by {{ ties }})
            - 1 as place
        from {{ relation }} as rows_of
        inner join (
            select
                {{ value }},
                sum(count(*)) over () as row_count,
                sum(count(*)) over (order by {{ value }}) - count(*) as before
            from {{ relation }}
            group by {{ value }}
        ) as steps on rows_of.{{ value }} = steps.{{ value }}
    ) as ranked
{%- endmacro %}

{#- The usual segment names, from scores of 1 (low) to 5 (high). -#}
{% macro rfm_segment(recency, frequency, monetary) -%}
    case
        when {{ frequency }} >= 3 and {{ recency }} >= 4 then 'Champions'
        when {{ frequency }} >= 3 and {{ recency }} = 3 then 'Loyal customers'
        when {{ frequency }} >= 3 and {{ monetary }} >= 4 then 'Cannot lose them'
        when {{ frequency }} >= 3 then 'At risk'
        when {{ recency }} = 5 then 'New customers'
        when {{ recency }} = 4 then 'Promising'
        when {{ recency }} = 3 then 'Need attention'
        when {{ recency }} = 2 then 'About to sleep'
        else 'Hibernating'
    end
{%- endmacro %}
