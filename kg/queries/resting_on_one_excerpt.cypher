// title: Facts that rest on one excerpt of medium confidence
// purpose: What to read again before it is relied on: one source, one place, and not plainly stated.
MATCH (s:Concept)-[r]->(o:Concept)
WITH s.id AS subject, r.relation AS relation, o.id AS object, count(DISTINCT r.id) AS places,
     min(r.source) AS source, min(r.locator) AS locator, min(r.confidence) AS sure
WHERE places = 1 AND sure = 'medium'
RETURN subject, relation, object, source, locator
ORDER BY subject, relation, object
