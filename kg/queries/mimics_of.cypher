// title: What may be mistaken for a finding
// purpose: Look-alikes in either direction.
// parameter: finding = thx:pneumothorax
MATCH (a:Concept)-[r:MAY_MIMIC]->(b:Concept)
WHERE a.id = $finding OR b.id = $finding
WITH r, CASE WHEN a.id = $finding THEN b.id ELSE a.id END AS other,
     CASE WHEN a.id = $finding THEN b.label ELSE a.label END AS label
RETURN other, label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, other
