{#- Coordinates within a box around Brazil and its islands; the files hold some on other continents. -#}
{% macro is_in_brazil(latitude, longitude) -%}
    {{ latitude }} between -34 and 5.5 and {{ longitude }} between -74 and -32
{%- endmacro %}
