select
    id as order_id,
    customer_id,
    sales_person_id,
    status,
    channel,
    {{ shifted('ordered_at', 'timestamp') }} as ordered_at
from {{ ref('raw_orders') }}
