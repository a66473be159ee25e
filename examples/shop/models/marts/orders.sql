with totals as (
    select
        order_id,
        sum(line_total)::decimal(12, 2) as order_total
    from {{ ref('stg_order_lines') }}
    group by order_id
)

select
    orders.order_id,
    orders.customer_id,
    orders.sales_person_id,
    orders.status,
    orders.channel,
    orders.ordered_at,
    totals.order_total
from {{ ref('stg_orders') }} as orders
inner join totals on orders.order_id = totals.order_id
