// title: What argues against a finding
// purpose: Signs whose presence makes it less likely.
// parameter: finding = thx:pneumothorax
MATCH (y:Concept)-[r:ARGUES_AGAINST]->(x:Concept)
WHERE x.id = $finding
RETURN y.id AS sign, y.label AS label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, sign
