select id as order_id, customer_id, status, amount, cast(ordered_at as timestamp) as ordered_at, priority from {{ source('raw', 'orders') }}
