// title: How two concepts hang together
// purpose: Concepts that both are tied to, by any relation and in any direction, except through the radiograph itself.
// parameter: one = thx:pneumonia
// parameter: other = thx:pleural_effusion
MATCH (a:Concept)-[r]-(b:Concept)-[t]-(c:Concept)
WHERE a.id = $one AND c.id = $other AND NOT b.id IN ['thx:chest_radiograph', $one, $other]
RETURN DISTINCT r.relation AS relation, b.id AS between, b.label AS label, t.relation AS second_relation
ORDER BY between, relation, second_relation
LIMIT 100
