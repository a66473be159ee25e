select zone, day, total from (
  select 'a' as zone, cast(ordered_at as date) as day, sum(amount) as total from {{ ref('stg_orders') }} group by all
)
