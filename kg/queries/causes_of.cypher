// title: Causes of a finding
// purpose: What may lie behind it.
// parameter: finding = thx:pleural_effusion
MATCH (x:Concept)-[r:CAUSED_BY]->(y:Concept)
WHERE x.id = $finding
RETURN y.id AS cause, y.label AS label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, cause
