// title: Signs that two diseases share
// purpose: Signs that do not help to tell them apart.
// parameter: first = thx:consolidation
// parameter: second = thx:pulmonary_edema
MATCH (a:Concept)-[:HAS_RADIOGRAPHIC_SIGN]->(s:Concept)<-[:HAS_RADIOGRAPHIC_SIGN]-(b:Concept)
WHERE a.id = $first AND b.id = $second
RETURN DISTINCT s.id AS sign, s.label AS label
ORDER BY sign
