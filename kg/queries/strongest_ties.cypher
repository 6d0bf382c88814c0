// title: Strongest ties in reports
// purpose: Triples that reports state more often than chance would, by lift.
// parameter: minimum = 5
MATCH (s:Concept)-[r]->(o:Concept)
WHERE r.lift IS NOT NULL AND r.support >= $minimum
RETURN s.id AS subject, r.relation AS relation, o.id AS object, r.support AS support, r.lift AS lift
ORDER BY lift DESC, subject, relation, object
LIMIT 50
