{#- Name of a table: the model's, or its alias. While hash keys rotate, C360_TABLE_SUFFIX names the tables beside those that
    are read, in every layer that holds a hash; customer360/steps/rotate.py then puts their rows in place. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- set hashed = node.resource_type == "model" and node.config.schema in ("intermediate", "marts", "restricted") -%}
    {{ dbt.default__generate_alias_name(custom_alias_name, node) }}{{ env_var("C360_TABLE_SUFFIX", "") if hashed }}
{%- endmacro %}
