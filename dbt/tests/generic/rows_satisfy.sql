{#- Every row keeps every condition; one scan for all of them. A failure gives counts per condition, never
    a value. A condition that is NULL counts as broken: write `column is null or ...` where NULL is allowed. -#}
{% test rows_satisfy(model, conditions) %}

with counted as (
    select
        {%- for condition in conditions %}
        countif(({{ condition }}) is not true) as broken_{{ loop.index }},
        {%- endfor %}
        count(*) as row_count
    from {{ model }}
)

select
    checked.condition,
    checked.broken,
    counted.row_count
from counted
cross join unnest([
    {%- for condition in conditions %}
    struct({{ tojson(condition) }} as condition, broken_{{ loop.index }} as broken){{ "," if not loop.last }}
    {%- endfor %}
]) as checked
where checked.broken > 0

{% endtest %}
