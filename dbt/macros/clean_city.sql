{#- A city name as typed, in lower-case ASCII: 'São Paulo / SP' and 'sao paulo - sp' are 'sao paulo'. NULL for what is no
    city: an e-mail address, a postal code, a phone number, the placeholder '* cidade'. -#}
{% macro clean_city(column) -%}
    {%- set plain = "translate(lower(" ~ plain_characters(column) ~ "), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn')" -%}
    {#- What stands after a slash, comma, bracket or free-standing dash names the state or district. -#}
    {%- set name = "regexp_replace(" ~ plain ~ ", r'[/\\\\,(].*$|\\s-\\s.*$', '')" -%}
    if(
        regexp_contains({{ column }}, r'@|[0-9]{3}'),
        null,
        nullif(nullif(trim(regexp_replace({{ name }}, r"[^a-z0-9']+", ' ')), ''), 'cidade')
    )
{%- endmacro %}
