// title: Sources by number of facts
// purpose: Where the graph comes from, with licences.
MATCH (a:Concept)-[r]->(b:Concept), (k:Source)
WHERE k.id = r.source
RETURN k.id AS source, k.title AS title, k.licence AS licence, count(r.id) AS facts
ORDER BY facts DESC, source
