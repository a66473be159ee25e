select order_id as code, order_id as twice_unique_id, order_id as third from {{ ref('stg_orders') }}
