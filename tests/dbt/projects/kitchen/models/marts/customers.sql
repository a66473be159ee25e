select customer_id, name as "Full Name", city, segment from {{ ref('stg_customers') }}
