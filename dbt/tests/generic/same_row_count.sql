{#- The model has as many rows as another one: no join on the way has dropped or multiplied any. -#}
{% test same_row_count(model, other) %}

select
    ours.row_count,
    theirs.row_count as other_row_count
from (select count(*) as row_count from {{ model }}) as ours
cross join (select count(*) as row_count from {{ other }}) as theirs
where ours.row_count != theirs.row_count

{% endtest %}
