select
    id as shipment_id,
    order_id,
    carrier,
    {{ shifted('shipped_at', 'timestamp') }} as shipped_at,
    {{ shifted('delivered_at', 'timestamp') }} as delivered_at
from {{ ref('raw_shipments') }}
