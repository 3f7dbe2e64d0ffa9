{#- Frequency in fixed bands: 97 % of persons order once, so quintiles would split equals. -#}
{% macro frequency_score(order_count) -%}
    case
        when {{ order_count }} >= 4 then 5
        when {{ order_count }} = 3 then 4
        when {{ order_count }} = 2 then 3
        else 1
    end
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
