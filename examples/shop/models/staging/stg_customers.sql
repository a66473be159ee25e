select
    id as customer_id,
    first_name,
    last_name,
    lower(trim(email)) as email,
    trim(city) as city,
    state,
    country,
    segment,
    newsletter as is_subscribed,
    {{ shifted('created', 'date') }} as signed_up_on
from {{ ref('raw_customers') }}
