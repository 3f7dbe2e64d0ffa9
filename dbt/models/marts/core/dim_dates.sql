with bounds as (

    select
        date_trunc(min(rate_date), year) as first_day,
        last_day(max(rate_date), year) as last_day
    from {{ ref("int_exchange_rates_daily") }}

),

days as (

    {{ days_between("(select first_day from bounds)", "(select last_day from bounds)") }}

),

final as (

    select
        date_day,
        date_trunc(date_day, month) as month_start,
        extract(year from date_day) as year_number,
        extract(quarter from date_day) as quarter_number,
        extract(month from date_day) as month_number,
        extract(isoweek from date_day) as iso_week_number,
        extract(dayofweek from date_day) in (1, 7) as is_weekend
    from days

)

select * from final
