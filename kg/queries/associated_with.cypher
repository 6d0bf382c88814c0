// title: What goes together with a finding
// purpose: Associations in either direction, without a claim about the cause.
// parameter: finding = thx:pleural_effusion
MATCH (a:Concept)-[r:ASSOCIATED_WITH]->(b:Concept)
WHERE a.id = $finding OR b.id = $finding
WITH r, CASE WHEN a.id = $finding THEN b.id ELSE a.id END AS other,
     CASE WHEN a.id = $finding THEN b.label ELSE a.label END AS label
RETURN other, label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, other
