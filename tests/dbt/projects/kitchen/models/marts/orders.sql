select order_id, customer_id, status, amount, ordered_at, priority, amount > 15 as is_large, customer_id as stg_customer_id from {{ ref('stg_orders') }}
