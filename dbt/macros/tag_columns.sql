{#- Gives columns with personal data the policy tag of their kind, so that BigQuery masks them from whoever lacks the right.

    C360_POLICY_TAGS is a JSON object, kind => the tag's resource name; where it is not set, nothing is tagged. -#}
{% macro tag_columns() -%}
    {%- set tags = fromjson(env_var('C360_POLICY_TAGS', '{}')) -%}
    {%- set tagged = {} -%}
    {%- for name, column in model.columns.items() if column.meta.get('pii') in tags -%}
        {%- do tagged.update({name: dict(column, policy_tags=[tags[column.meta.pii]])}) -%}
    {%- endfor -%}
    {%- if execute and tagged -%}
        {%- do adapter.update_columns(this, tagged) -%}
    {%- endif -%}
{%- endmacro %}
