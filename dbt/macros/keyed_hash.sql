{#- HMAC-SHA256 (RFC 2104) in lower-case hex; NULL for NULL. `key` is a row of hash_keys in the query:
    the pads are data of a restricted table, so no key ever stands in SQL text or job history. -#}
{% macro keyed_hash(column, key) -%}
    to_hex(sha256(concat({{ key }}.outer_pad, sha256(concat({{ key }}.inner_pad, cast({{ column }} as bytes))))))
{%- endmacro %}
