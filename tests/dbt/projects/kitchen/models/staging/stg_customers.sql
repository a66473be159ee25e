select id as customer_id, name, city, segment from {{ source('raw', 'customers') }}
