with reviews as (

    select * from {{ ref("stg_order_reviews") }}

),

redacted as (

    select * from {{ ref("int_reviews_redacted") }}

),

order_keys as (

    select * from {{ ref("int_order_keys") }}

),

enriched as (

    select
        -- keys
        {{ surrogate_key(["order_keys.order_key", "reviews.review_id"]) }} as order_review_key,
        reviews.review_id,
        order_keys.order_key,
        order_keys.customer_key,

        -- strings
        redacted.comment_title,
        redacted.comment_message,

        -- dates and timestamps
        order_keys.purchase_date,
        order_keys.purchase_month,
        reviews.created_date,
        reviews.answered_at,

        -- numerics
        reviews.review_score,
        redacted.redaction_count,
        timestamp_diff(
            reviews.answered_at, timestamp(reviews.created_date, '{{ var("source_time_zone") }}'), minute
        ) / 60 as answer_hours
    from reviews
    inner join redacted
        on reviews.order_review_key = redacted.order_review_key
    inner join order_keys
        on reviews.order_id = order_keys.order_id

)

select * from enriched
