with reviews as (

    select
        order_review_key,
        {{ plain_characters("comment_title") | indent(8) }} as comment_title,
        {{ plain_characters("comment_message") | indent(8) }} as comment_message
    from {{ ref("stg_order_reviews") }}

),

-- What begins in the title and ends in the message is no contact in either.
{%- for name, ending, beginning in split_patterns() %}
    split_{{ loop.index }} as (

        select
            *,
            {{ is_split(name, ending, beginning, "comment_title", "comment_message") }} as is_split
        from {{ "joined_" ~ (loop.index - 1) if loop.index > 1 else "reviews" }}

    ),

    joined_{{ loop.index }} as (

        select
            order_review_key,
            if(
                is_split,
                regexp_replace(comment_title, r'(?i){{ ending }}', '[{{ name }}]'),
                comment_title
            ) as comment_title,
            if(
                is_split,
                regexp_replace(comment_message, r'(?i){{ beginning }}', '[{{ name }}]'),
                comment_message
            ) as comment_message
        from split_{{ loop.index }}

    ),
{%- endfor %}

redacted as (

    select
        order_review_key,
        {{ redact_text("comment_title") | indent(8) }} as comment_title,
        {{ redact_text("comment_message") | indent(8) }} as comment_message
    from joined_{{ split_patterns() | length }}

),

counted as (

    select
        *,
        {{ redaction_count("comment_title") }} + {{ redaction_count("comment_message") }} as redaction_count
    from redacted

)

select * from counted
