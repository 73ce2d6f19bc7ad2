-- Revenue, cost and margin of paid orders, per material and week. DuckDB, in a folder with orders.jsonl, quotes.jsonl and
-- production.jsonl, as schemas/README.md makes them. Amounts in minor units.
with
  -- A consumer drops repeated ids.
  orders as (select distinct on (id) * from read_json('orders.jsonl', format = 'newline_delimited', maximum_depth = 2)),
  quotes as (select distinct on (id) * from read_json('quotes.jsonl', format = 'newline_delimited', maximum_depth = 2)),
  production as (select distinct on (id) * from read_json('production.jsonl', format = 'newline_delimited', maximum_depth = 2)),

  placed as (
    select workshop, data->>'order' as "order", data->>'quote' as quote, (data->>'quantity')::bigint as units,
           (data->'total'->>'amount')::bigint as total, data->'total'->>'currency' as currency
    from orders where type = 'layerline.order.placed'),
  paid as (
    select workshop, data->>'order' as "order", min(time::timestamp) as at
    from orders where type = 'layerline.order.paid' group by all),
  -- The last price before the order was made of it.
  priced as (
    select workshop, data->>'quote' as quote, arg_max((data->'unit_cost'->>'amount')::bigint, time) as unit_cost
    from quotes where type = 'layerline.quote.priced' group by all),
  made_of as (
    select distinct workshop, data->>'order' as "order", data->>'material' as material
    from production where type = 'layerline.production.order_created')

select date_trunc('week', paid.at)::date as week, material, currency, count(*) as orders, sum(units)::bigint as units,
       sum(total)::bigint as revenue, sum(units * unit_cost)::bigint as cost, sum(total - units * unit_cost)::bigint as margin,
       round(100.0 * sum(total - units * unit_cost) / nullif(sum(total), 0), 1) as margin_percent
from placed
join paid using (workshop, "order")
join priced using (workshop, quote)
join made_of using (workshop, "order")
group by all
order by week, material, currency;
