// title: Attributes of a finding
// purpose: How it typically looks.
// parameter: finding = thx:pleural_effusion
MATCH (x:Concept)-[r:HAS_ATTRIBUTE]->(y:Concept)
WHERE x.id = $finding
RETURN y.id AS attribute, y.label AS label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, attribute
