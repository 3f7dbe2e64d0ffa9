with reviews as (

    select * from {{ ref("stg_order_reviews") }}

),

redacted as (

    select
        order_review_key,
        {{ redact_text("comment_title") | indent(8) }} as comment_title,
        {{ redact_text("comment_message") | indent(8) }} as comment_message
    from reviews

),

counted as (

    select
        *,
        {{ redaction_count("comment_title") }} + {{ redaction_count("comment_message") }} as redaction_count
    from redacted

)

select * from counted
