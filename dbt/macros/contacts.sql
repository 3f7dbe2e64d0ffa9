{#- Contact data in one spelling, so that equal contacts give equal hashes. customer360/privacy.py is the same in Python. -#}

{#- Lower case without blanks around it; NULL for text that is no e-mail address, which is printable ASCII. -#}
{% macro normalise_email(column) -%}
    regexp_extract(lower(trim({{ column }}, ' \t\r\n\u00a0')), r'^[!-?A-~]+@[!-?A-~]+[.][!-?A-~]+$')
{%- endmacro %}

{#- E.164 of a Brazilian number in any layout, with or without +55 and the trunk 0, toll-free numbers included:
    '+55 (011) 3456-7890' is +551134567890. NULL without an area code, which leaves the number open. -#}
{% macro normalise_phone(column) -%}
    concat(
        '+55',
        regexp_extract(
            regexp_replace({{ plain_characters(column) }}, r'[^0-9]', ''),
            r'^(?:00)?(?:55)?0?([1-9][0-9]{9,10})$'
        )
    )
{%- endmacro %}

{#- One initial per word, the length hidden: 'José da Silva' is 'J*** D*** S***'. -#}
{% macro mask_name(column) -%}
    upper(regexp_replace(regexp_replace(trim({{ column }}), r'\s+', ' '), r'([^\s])[^\s]*', r'\1***'))
{%- endmacro %}

{#- Look-alikes of ASCII characters as those, so that the regular expressions that follow need to know ASCII only;
    invisible characters, which come last and have no counterpart, go away. -#}
{% macro plain_characters(column) -%}
    {%- set digits = "０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡𝟢𝟣𝟤𝟥𝟦𝟧𝟨𝟩𝟪𝟫𝟬𝟭𝟮𝟯𝟰𝟱𝟲𝟳𝟴𝟵𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⓪①②③④⑤⑥⑦⑧⑨" -%}
    {%- set letters = "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺаеорсухіѕјАВЕКМНОРСТХοΟ\\u017f\\u212a" -%}
    {%- set signs = "＠．－／（）＋﹫․。•·∙\\u2010\\u2011\\u2012\\u2013\\u2014\\u2212\\u00a0\\u2002\\u2003\\u2009\\u202f\\u3000\\u000b" -%}
    translate(
        {{ column }},
        '{{ digits ~ letters ~ signs }}\u200b\u200c\u200d\u2060\ufeff\u00ad',
        '{{ "0123456789" * 12 }}{{ "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZaeopcyxisjABEKMHOPCTXoOsk" }}@.-/()+@.....------       '
    )
{%- endmacro %}
