select
    id as order_line_id,
    order_id,
    product_id,
    quantity,
    {{ dollars('unit_price_cents') }} as unit_price,
    discount_percent,
    {{ dollars('round(quantity * unit_price_cents * (100 - discount_percent) / 100)') }} as line_total
from {{ ref('raw_order_lines') }}
