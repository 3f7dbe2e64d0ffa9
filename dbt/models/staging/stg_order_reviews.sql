with source as (

    {{ accepted_rows("order_reviews") | indent(4) }}

),

renamed as (

    select
        -- ids
        {{ surrogate_key(["review_id", "order_id"]) }} as order_review_key,
        review_id,
        order_id,

        -- strings
        review_comment_title as comment_title,
        review_comment_message as comment_message,

        -- numerics
        {{ convert("review_score", "integer") }} as review_score,

        -- dates
        {{ local_date("review_creation_date") }} as created_date,

        -- timestamps
        {{ convert("review_answer_timestamp", "timestamp") }} as answered_at
    from source

)

select * from renamed
