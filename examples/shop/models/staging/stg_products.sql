select
    id as product_id,
    sku,
    name as product_name,
    category,
    supplier_id,
    {{ dollars('list_price_cents') }} as list_price,
    {{ dollars('unit_cost_cents') }} as unit_cost,
    {{ shifted('launched_on', 'date') }} as launched_on,
    {{ shifted('discontinued_on', 'date') }} as discontinued_on
from {{ ref('raw_products') }}
