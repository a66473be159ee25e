select
    id as return_id,
    order_line_id,
    {{ shifted('returned_on', 'date') }} as returned_on,
    reason,
    {{ dollars('refund_cents') }} as refund_amount
from {{ ref('raw_returns') }}
