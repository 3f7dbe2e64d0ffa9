with rejected as (

    {{ rejected_rows_of_every_table() | indent(4) }}

),

explained as (

    select
        source_table,
        source_file,
        row_key,
        split(rule, ': ')[offset(0)] as column_name,
        split(rule, ': ')[offset(1)] as reason,
        raw_row
    from rejected

)

select * from explained
