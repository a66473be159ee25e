select
    sales_person_id,
    sales_person_name,
    email,
    region,
    manager_id,
    hired_on,
    left_on
from {{ ref('stg_sales_people') }}
