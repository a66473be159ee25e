select
    id as sales_person_id,
    full_name as sales_person_name,
    email,
    region,
    manager_id,
    {{ shifted('hired_on', 'date') }} as hired_on,
    {{ shifted('left_on', 'date') }} as left_on
from {{ ref('raw_sales_people') }}
