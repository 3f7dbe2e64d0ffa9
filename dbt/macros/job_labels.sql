{#- The query comment, which BigQuery keeps as job labels: who asked for the job, never what is in it. -#}
{% macro job_labels(node) -%}
    {%- set labels = {
        "app": "dbt",
        "dbt_target": target.name,
        "run_id": env_var("C360_RUN_ID", "none"),
        "commit": env_var("C360_COMMIT", "none"),
    } -%}
    {%- if node -%}
        {%- do labels.update({"node": node.name}) -%}
    {%- endif -%}
    {{ tojson(labels) }}
{%- endmacro %}
