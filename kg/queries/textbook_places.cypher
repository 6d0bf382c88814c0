// title: Where textbooks put a finding
// purpose: Anatomy in which it typically lies.
// parameter: finding = thx:primary_tuberculosis
MATCH (x:Concept)-[r:LOCATED_IN]->(y:Concept)
WHERE x.id = $finding
RETURN y.id AS place, y.label AS label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, place
