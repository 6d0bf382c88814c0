// title: Statements that contradict each other
// purpose: One source takes a sign for a disease, another takes it against it.
MATCH (s:Concept)-[:ARGUES_AGAINST]->(d:Concept), (a:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(b:Concept)
WHERE (r.relation = 'thx:has_radiographic_sign' AND a.id = d.id AND b.id = s.id)
   OR (r.relation = 'thx:suggestive_of' AND a.id = s.id AND b.id = d.id)
RETURN DISTINCT s.id AS sign, s.label AS label, d.id AS disease, d.label AS disease_label
ORDER BY sign, disease
