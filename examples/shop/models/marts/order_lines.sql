select
    lines.order_line_id,
    lines.order_id,
    lines.product_id,
    orders.ordered_at,
    lines.quantity,
    lines.unit_price,
    lines.discount_percent,
    lines.line_total,
    case when orders.status = 'cancelled' then 0 else lines.line_total end::decimal(12, 2) as revenue
from {{ ref('stg_order_lines') }} as lines
inner join {{ ref('stg_orders') }} as orders on lines.order_id = orders.order_id
