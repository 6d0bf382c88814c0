// title: Signs that tell one disease from another
// purpose: Signs of the first that nobody states for the second.
// parameter: first = thx:pulmonary_edema
// parameter: second = thx:pneumonia
MATCH (a:Concept)-[r:HAS_RADIOGRAPHIC_SIGN]->(s:Concept)
WHERE a.id = $first AND NOT EXISTS { MATCH (b:Concept)-[:HAS_RADIOGRAPHIC_SIGN]->(s) WHERE b.id = $second }
RETURN s.id AS sign, s.label AS label, sum(r.support) AS support
ORDER BY support DESC, sign
