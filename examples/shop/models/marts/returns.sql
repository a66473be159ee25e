select
    return_id,
    order_line_id,
    returned_on,
    reason,
    refund_amount
from {{ ref('stg_returns') }}
