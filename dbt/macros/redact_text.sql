{#- Free text with contact data replaced by its class, as in 'call [phone]'. RE2 has no look-around, so the classes
    are replaced one after the other, the long and certain ones first: what is left cannot be part of them.
    customer360/privacy.py holds the same patterns in Python, and a property test compares both. -#}
{% macro redact_text(column) -%}
    {%- set redacted = namespace(sql=plain_characters(column)) -%}
    {%- for name, pattern in redaction_patterns() -%}
        {%- set redacted.sql = "regexp_replace(" ~ redacted.sql ~ ",\n        r'(?i)" ~ pattern ~ "', '[" ~ name ~ "]')" -%}
    {%- endfor -%}
    {{ redacted.sql }}
{%- endmacro %}

{#- Number of replacements in a redacted text; 0 for NULL. -#}
{% macro redaction_count(column) -%}
    coalesce(array_length(regexp_extract_all({{ column }}, r'\[(?:order|email|company|person|postcode|phone|number|address)\]')), 0)
{%- endmacro %}

{#- How a contact is written around its `@`. -#}
{% macro spelled_at() -%}
    \s*(?:@|[(\[]\s*(?:at|arroba)\s*[)\]]|arroba)\s*
{%- endmacro %}

{#- Class, and how it ends in a title and begins in the message after it. -#}
{% macro split_patterns() %}
    {%- set local_part = "[^\\s@,;:()<>\\[\\]]+" -%}
    {%- set domain = "[a-z0-9-]+(?:[.][a-z0-9-]+)+" -%}
    {%- do return([
        ("phone", "[0-9][0-9().\\s-]*$", "^[().\\s-]*[0-9](?:[0-9().\\s-]*[0-9])?"),
        ("email", local_part ~ spelled_at() ~ "$", "^\\s*" ~ domain),
        ("email", local_part ~ "\\s*$", "^" ~ spelled_at() ~ domain),
    ]) -%}
{% endmacro %}

{#- Condition that what ends a title and what begins its message are one contact of a class; false for NULL. -#}
{% macro is_split(name, ending, beginning, title, message) -%}
    {%- set both = "concat(regexp_extract(" ~ title ~ ", r'(?i)" ~ ending ~ "'), regexp_extract(" ~ message ~ ", r'(?i)" ~ beginning ~ "'))" -%}
    {%- if name == "phone" -%}
        coalesce(length(regexp_replace({{ both }}, r'[^0-9]', '')) >= 8, false)
    {%- else -%}
        {{ both }} is not null
    {%- endif -%}
{%- endmacro %}

{% macro redaction_patterns() %}
    {%- set at = spelled_at() -%}
    {%- set glued_dot = "\\s*ponto\\s*(?:com|net|org|br)\\b" -%}
    {%- set provider = "(?:gmail|hotmail|outlook|yahoo|icloud|uol|bol|terra)" -%}
    {%- set number_word = "(?:zero|uma?|dois|duas|tr[eêÊ]s|quatro|cinco|seis|meia|sete|oito|nove|dez|onze|doze|treze|(?:c|qu)atorze|quinze"
        ~ "|deze(?:sseis|ssete|nove)|dezoito|vinte|trinta|(?:quar|cinqu|sess|set|oit|nov)enta)" -%}
    {%- set between_words = "[\\s.,;/_*|-]{1,3}(?:e\\s+)?" -%}
    {%- set between_digits = "[\\s._*/|~-]" -%}
    {%- set spelled_dot = "\\s*(?:\\bponto\\b|[(\\[]\\s*(?:dot|ponto)\\s*[)\\]])\\s*" -%}
    {%- set street = "(?:rua|avenida|travessa|alameda|pra[çÇc]a|rodovia|estrada|av|(?:r|trav|al|rod|estr)[.])" -%}
    {%- do return([
        ("order", "\\b[0-9a-f]{8}[ -]?(?:[0-9a-f]{4}[ -]?){4}[0-9a-f]{8}\\b"),
        ("email", "\\b(?:[a-z0-9._-]\\s){3,}@(?:\\s[a-z0-9.-]){5,}"),
        ("email", "[^\\s@,;:()<>\\[\\]]+(?:" ~ spelled_dot ~ "[a-z0-9_-]+)*" ~ at
            ~ "[a-z0-9-]+(?:[.][a-z0-9-]+|\\s*[.]\\s*(?:com|net|org|br)\\b|" ~ glued_dot ~ "|" ~ spelled_dot ~ "[a-z0-9-]+)+"),
        ("email", "[^\\s@,;:()<>\\[\\]]+\\s+" ~ provider ~ "(?:\\s*[.]\\s*com|" ~ spelled_dot ~ "com|" ~ glued_dot ~ ")\\b(?:[.]br\\b)?"),
        ("email", "\\b[a-z0-9]+(?:[._][a-z0-9]+)+\\s+[a-z0-9-]+[.](?:com|net|org|br)\\b(?:[.]br\\b)?"),
        ("email", "[^\\s@,;:()<>\\[\\]]+@[^\\s@,;:()<>\\[\\]]+"),
        ("company", "\\b[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}[/ ]?[0-9]{4}[- ]?[0-9]{2}\\b"),
        ("person", "\\b[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[0-9]{2}\\b"),
        ("postcode", "\\b[0-9]{2}[.]?[0-9]{3}[ -][0-9]{3}\\b"),
        ("phone", "\\b0?[3589]00[ .-]?[0-9]{3}[ .-]?[0-9]{4}\\b"),
        ("phone", "[+]?(?:\\b55[ .-]*[(]?|[(]?\\b)0?[1-9][0-9][)]?" ~ between_digits ~ "{0,2}(?:9" ~ between_digits
            ~ "?)?[0-9]{4}" ~ between_digits ~ "?[0-9]{4}\\b"),
        ("phone", "[(]?\\b[0-9](?:[)]?[\\s.,;/_*|-]{1,2}[0-9]){7,}\\b"),
        ("phone", "\\b(?:" ~ number_word ~ "|[0-9])(?:" ~ between_words ~ "(?:" ~ number_word ~ "|[0-9]{1,2})){7,}\\b"),
        ("phone", "\\b(?:" ~ number_word ~ between_words ~ "){1,4}[0-9]{4}" ~ between_digits ~ "?[0-9]{4}\\b"),
        ("phone", "\\b9[ .-]?[0-9]{4}[ .-]?[0-9]{4}\\b|\\b[0-9]{4}-[0-9]{4}\\b"),
        ("number", "[0-9]{8,}"),
        ("address", "\\b" ~ street ~ "[.]?\\s+(?:[0-9]{1,2}\\s+de\\s+)?[^\\s0-9,;!?()\\[\\]]+(?:\\s+[^\\s0-9,;!?()\\[\\]]+){0,6}"
            ~ "\\s*,?\\s*(?:n[^a-z0-9\\s]*\\s*)?(?:[0-9]{1,5}\\b|\\[[a-z]+\\])(?:\\s*,?\\s*(?:apartamento|apto|ap|casa|bloco|bl)[.]?\\s*[0-9a-z]{1,4}\\b)*"),
    ]) -%}
{% endmacro %}
