select
    id as supplier_id,
    company as supplier_name,
    city,
    country,
    contact_email,
    lead_time_days
from {{ ref('raw_suppliers') }}
