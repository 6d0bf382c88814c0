// title: All facts about a concept
// purpose: Every triple with it at either end, merged over sources, and the first assertion to cite it by.
// parameter: concept = thx:pneumothorax
MATCH (s:Concept)-[r]->(o:Concept)
WHERE s.id = $concept OR o.id = $concept
RETURN s.id AS subject, r.relation AS relation, o.id AS object, sum(r.support) AS support,
       count(DISTINCT r.source) AS sources, min(r.id) AS cited
ORDER BY support DESC, subject, relation, object
