select
    product_id,
    sku,
    product_name,
    category,
    supplier_id,
    list_price,
    unit_cost,
    launched_on,
    discontinued_on
from {{ ref('stg_products') }}
