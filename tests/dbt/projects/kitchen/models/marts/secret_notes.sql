select customer_id, 'x' as note from {{ ref('stg_customers') }}
