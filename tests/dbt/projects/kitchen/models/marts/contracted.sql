select cast(order_id as integer) as line_id, cast(1 as integer) as line_no, cast(customer_id as integer) as customer_id, cast(order_id as integer) as order_id from {{ ref('stg_orders') }}
