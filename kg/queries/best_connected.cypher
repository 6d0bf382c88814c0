// title: Best connected concepts
// purpose: Concepts by the number of others they are tied to.
MATCH (c:Concept)-[r]-(o:Concept)
RETURN c.id AS concept, c.label AS label, count(DISTINCT o.id) AS neighbours
ORDER BY neighbours DESC, concept
LIMIT 25
