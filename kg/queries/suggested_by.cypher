// title: What an observation suggests
// purpose: Findings and diseases that reports and textbooks draw from it.
// parameter: observation = thx:pulmonary_opacity
MATCH (x:Concept)-[r:SUGGESTIVE_OF]->(y:Concept)
WHERE x.id = $observation
RETURN y.id AS finding, y.label AS label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, finding
