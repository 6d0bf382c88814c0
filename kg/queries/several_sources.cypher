// title: Facts that several sources state
// purpose: The best attested triples of the graph.
MATCH (s:Concept)-[r]->(o:Concept)
WITH s.id AS subject, r.relation AS relation, o.id AS object, count(DISTINCT r.source) AS sources,
     sum(r.support) AS support
WHERE sources > 1
RETURN subject, relation, object, sources, support
ORDER BY sources DESC, support DESC, subject, relation, object
