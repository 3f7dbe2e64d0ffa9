{#- Dataset of a model: `<prefix>_<layer>`. The prefix is the profile's dataset, so a pull request writes `olist_ci_<id>_<layer>`. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- do check_dataset_prefix(target.name, target.schema) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}

{#- Stop before a ci or dev run writes the datasets that belong to production. -#}
{% macro check_dataset_prefix(target_name, prefix) -%}
    {%- set advice = "Set C360_DATASET_PREFIX." -%}
    {%- if target_name == "ci" and not modules.re.fullmatch("olist_ci_[a-z0-9_]+", prefix) -%}
        {%- do exceptions.raise_compiler_error("target ci writes olist_ci_<id>_* only, not '" ~ prefix ~ "_*'. " ~ advice) -%}
    {%- elif target_name not in ("prod", "sandbox") and prefix == "olist" -%}
        {%- do exceptions.raise_compiler_error("target " ~ target_name ~ " may not write 'olist_*'. " ~ advice) -%}
    {%- endif -%}
{%- endmacro %}
