with rates as (

    select * from {{ ref("stg_exchange_rates") }}

),

orders as (

    select * from {{ ref("stg_orders") }}

),

bounds as (

    select
        least(min(rates.rate_date), (select min(orders.purchase_date) from orders)) as first_day,
        greatest(max(rates.rate_date), (select max(orders.purchase_date) from orders)) as last_day
    from rates

),

days as (

    {{ days_between("(select first_day from bounds)", "(select last_day from bounds)") }}

),

matched as (

    select
        days.date_day as rate_date,
        rates.rate_date as published_date,
        rates.exchange_rate
    from days
    left join rates
        on days.date_day = rates.rate_date

),

filled as (

    select
        rate_date,
        'BRL' as source_currency,
        'USD' as target_currency,
        coalesce(
            last_value(exchange_rate ignore nulls) over (
                order by rate_date rows between unbounded preceding and current row
            ),
            first_value(exchange_rate ignore nulls) over (
                order by rate_date rows between current row and unbounded following
            )
        ) as exchange_rate,
        coalesce(
            last_value(published_date ignore nulls) over (
                order by rate_date rows between unbounded preceding and current row
            ),
            first_value(published_date ignore nulls) over (
                order by rate_date rows between current row and unbounded following
            )
        ) as published_date,
        published_date is null as is_filled
    from matched

)

select * from filled
