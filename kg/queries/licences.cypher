// title: Facts by licence
// purpose: What may be done with which part of the graph.
MATCH (a:Concept)-[r]->(b:Concept)
RETURN r.licence AS licence, count(r.id) AS facts, count(DISTINCT r.source) AS sources
ORDER BY facts DESC, licence
