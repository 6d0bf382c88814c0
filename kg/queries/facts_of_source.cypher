// title: Facts of one source
// purpose: Everything that a source states, with the place in it.
// parameter: source = thxs:uberon_imp
MATCH (s:Concept)-[r]->(o:Concept)
WHERE r.source = $source
RETURN s.id AS subject, r.relation AS relation, o.id AS object, r.locator AS locator
ORDER BY subject, relation, object, locator
