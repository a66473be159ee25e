select day::date as date_day
from generate_series(
    date '2024-01-01' + {{ var('shift_days') }},
    date '2026-12-31' + {{ var('shift_days') }},
    interval 1 day
) as days(day)
