// title: Signs of one disease only
// purpose: Signs that the graph ties to a single disease.
MATCH (d:Concept)-[:HAS_RADIOGRAPHIC_SIGN]->(s:Concept)
WITH s.id AS sign, s.label AS label, count(DISTINCT d.id) AS diseases, min(d.id) AS of, min(d.label) AS of_label
WHERE diseases = 1
RETURN sign, label, of, of_label
ORDER BY sign
