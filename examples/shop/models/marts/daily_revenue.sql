select
    ordered_at::date as day,
    count(distinct order_id)::integer as order_count,
    sum(revenue)::decimal(12, 2) as revenue
from {{ ref('order_lines') }}
group by ordered_at::date
