// title: What a disease causes
// purpose: Findings to expect when it is there.
// parameter: cause = thx:pneumonia
MATCH (y:Concept)-[r:CAUSED_BY]->(x:Concept)
WHERE x.id = $cause
RETURN y.id AS finding, y.label AS label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, finding
