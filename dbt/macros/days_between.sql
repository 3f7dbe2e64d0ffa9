{#- One row per day, both ends included, as column `date_day`. -#}
{% macro days_between(start_date, end_date) -%}
    select date_day
    from unnest(generate_date_array({{ start_date }}, {{ end_date }}, interval 1 day)) as date_day
{%- endmacro %}
