SELECT count(*) AS orders FROM sales_order

SELECT sum(total) AS revenue FROM sales_order WHERE status <> 'cancelled' AND ordered_on >= DATE '2026-10-01'
AND ordered_on < DATE '2026-11-01'

SELECT status, count(*) AS orders, sum(total) AS value FROM sales_order GROUP BY status ORDER BY status

SELECT date_trunc('month', ordered_on)::date AS month, sum(total) AS revenue FROM sales_order WHERE status <>
'cancelled' AND ordered_on >= '2026-01-01' GROUP BY 1 ORDER BY 1

SELECT extract(dow FROM ordered_on) AS weekday, round(avg(total), 2) AS ticket FROM sales_order GROUP BY 1 ORDER
BY 1

SELECT date_part('year', ordered_on) AS year, count(DISTINCT customer_id) AS buyers FROM sales_order GROUP BY 1
ORDER BY year

SELECT to_char(ordered_on, 'YYYY-MM') AS month, count(*) AS orders FROM sales_order WHERE ordered_on >
'2026-06-30' GROUP BY 1 ORDER BY 1

SELECT c.name, sum(o.total) AS revenue FROM sales_order o JOIN customer c ON c.id = o.customer_id WHERE o.status
<> 'cancelled' GROUP BY c.name ORDER BY revenue DESC, c.name LIMIT 10

SELECT c.state, count(DISTINCT c.id) AS customers, coalesce(sum(o.total), 0) AS revenue FROM customer c LEFT
JOIN sales_order o ON o.customer_id = c.id AND o.ordered_on >= '2026-11-01' GROUP BY c.state ORDER BY c.state

SELECT p.category, sum(i.quantity) AS units, sum(i.total) AS revenue FROM order_item i JOIN product p ON p.id =
i.product_id JOIN sales_order o ON o.id = i.order_id WHERE o.status <> 'cancelled' GROUP BY p.category ORDER BY
revenue DESC

SELECT name FROM customer WHERE id NOT IN (SELECT customer_id FROM sales_order WHERE ordered_on >= '2026-11-17')
ORDER BY name

SELECT name FROM customer c WHERE NOT EXISTS (SELECT 1 FROM sales_order o WHERE o.customer_id = c.id AND
o.ordered_on > '2026-11-16') ORDER BY 1

SELECT s.name, sum(o.total) AS revenue, rank() OVER (ORDER BY sum(o.total) DESC) AS place FROM sales_order o
JOIN salesperson s ON s.id = o.salesperson_id GROUP BY s.name ORDER BY place, s.name

WITH monthly AS (SELECT date_trunc('month', ordered_on) AS m, sum(total) AS t FROM sales_order WHERE ordered_on
>= '2026-01-01' GROUP BY 1) SELECT to_char(m, 'MM/YYYY') AS month, t, t - lag(t) OVER (ORDER BY m) AS growth
FROM monthly ORDER BY m

WITH a AS (SELECT customer_id, sum(total) AS t FROM sales_order GROUP BY customer_id), b AS (SELECT avg(t) AS
mean FROM a) SELECT count(*) AS above FROM a, b WHERE a.t > b.mean

SELECT customer_id, max(ordered_on) AS latest, DATE '2026-11-21' - max(ordered_on) AS days FROM sales_order
GROUP BY customer_id ORDER BY days DESC, customer_id LIMIT 20

SELECT sum(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) * 100.0 / count(*) AS cancelled_percent FROM
sales_order

SELECT count(*) FILTER (WHERE status = 'open') AS open, count(*) FILTER (WHERE status = 'invoiced') AS invoiced
FROM sales_order WHERE ordered_on BETWEEN '2026-11-01' AND '2026-11-30'

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS median FROM sales_order WHERE status <> 'cancelled'

SELECT round(stddev(total), 2) AS spread, min(total) AS lowest, max(total) AS highest FROM sales_order

SELECT customer_id, total FROM (SELECT customer_id, total, row_number() OVER (PARTITION BY customer_id ORDER BY
total DESC, id) AS n FROM sales_order) ranked WHERE n = 1 ORDER BY total DESC, customer_id LIMIT 15

SELECT name, price FROM product WHERE price > (SELECT avg(price) FROM product) ORDER BY price DESC, name

SELECT category, string_agg(name, ', ' ORDER BY name) AS products FROM product GROUP BY category ORDER BY
category

SELECT upper(left(name, 3)) AS code, length(name) AS letters FROM product ORDER BY name

SELECT name FROM product WHERE name ILIKE '%café%' OR lower(category) LIKE 'c%' ORDER BY name

SELECT DISTINCT state FROM customer ORDER BY state

SELECT state FROM customer GROUP BY state HAVING count(*) > 1 ORDER BY state

SELECT s.name, g.month, g.amount FROM goal g JOIN salesperson s ON s.id = g.salesperson_id WHERE g.month =
'2026-11-01' ORDER BY s.name

SELECT s.name, g.amount, coalesce(sum(o.total), 0) AS sold, round(coalesce(sum(o.total), 0) / nullif(g.amount,
0) * 100, 1) AS percent FROM goal g JOIN salesperson s ON s.id = g.salesperson_id LEFT JOIN sales_order o ON
o.salesperson_id = s.id AND o.status <> 'cancelled' AND o.ordered_on BETWEEN '2026-11-01' AND '2026-11-30' WHERE
g.month = '2026-11-01' GROUP BY s.name, g.amount ORDER BY s.name

SELECT category, NULL::text AS product, sum(price) AS p FROM product GROUP BY ROLLUP (category) ORDER BY
category NULLS LAST

(SELECT 'best' AS kind, id FROM sales_order ORDER BY total DESC, id LIMIT 1) UNION ALL (SELECT 'worst', id FROM
sales_order ORDER BY total, id LIMIT 1) ORDER BY 1

SELECT customer_id FROM sales_order WHERE ordered_on >= '2026-11-01' INTERSECT SELECT customer_id FROM
sales_order WHERE ordered_on < '2024-01-01' ORDER BY 1

SELECT id FROM customer EXCEPT SELECT customer_id FROM sales_order WHERE ordered_on >= '2026-11-15' ORDER BY id

SELECT a.product_id, b.product_id AS with_product, count(*) AS times FROM order_item a JOIN order_item b ON
b.order_id = a.order_id AND b.product_id > a.product_id GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 5

SELECT count(*) AS n FROM sales_order o JOIN customer c ON (c.id = o.customer_id) WHERE c.name = 'D''Ávila' OR
c.state IN ('SP', 'RJ')

SELECT ordered_on, sum(sum(total)) OVER (ORDER BY ordered_on ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
AS running FROM sales_order WHERE ordered_on >= '2026-11-01' GROUP BY ordered_on ORDER BY ordered_on

SELECT ordered_on + INTERVAL '30 days' AS due, age(DATE '2026-11-21', ordered_on) AS age FROM sales_order WHERE
id = (SELECT max(id) FROM sales_order)

SELECT concat(name, ' - ', category) AS label, split_part(name, ' ', 1) AS word FROM product ORDER BY 1

SELECT CAST(total AS integer) AS whole, total::numeric(12, 1) AS tenth, -total AS minus, id % 7 AS rest FROM
sales_order ORDER BY id LIMIT 5

SELECT Name, CATEGORY AS "Categoria" FROM Product AS P WHERE P.Price IS NOT NULL ORDER BY NAME;

SELECT max(ordered_on) - INTERVAL '1 month' AS before, bool_and(total > 0) AS positive FROM sales_order
-- a comment
