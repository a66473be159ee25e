with bought as (
    select
        orders.customer_id,
        min(orders.ordered_at)::date as first_order_on,
        max(orders.ordered_at)::date as last_order_on,
        count(distinct orders.order_id)::integer as order_count,
        sum(lines.revenue)::decimal(12, 2) as lifetime_revenue
    from {{ ref('orders') }} as orders
    inner join {{ ref('order_lines') }} as lines on orders.order_id = lines.order_id
    group by orders.customer_id
)

select
    customers.customer_id,
    customers.first_name || ' ' || customers.last_name as customer_name,
    customers.email,
    customers.city,
    customers.state,
    customers.country,
    customers.segment,
    customers.is_subscribed,
    customers.signed_up_on,
    bought.first_order_on,
    bought.last_order_on,
    coalesce(bought.order_count, 0) as order_count,
    coalesce(bought.lifetime_revenue, 0)::decimal(12, 2) as lifetime_revenue
from {{ ref('stg_customers') }} as customers
left join bought on customers.customer_id = bought.customer_id
