// title: Relations by number of facts
// purpose: What kinds of statement the graph holds.
MATCH (a:Concept)-[r]->(b:Concept)
RETURN r.relation AS relation, count(r.id) AS facts, sum(r.support) AS support
ORDER BY facts DESC, relation
