select
    supplier_id,
    supplier_name,
    city,
    country,
    contact_email,
    lead_time_days
from {{ ref('stg_suppliers') }}
