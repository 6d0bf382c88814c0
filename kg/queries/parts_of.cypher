// title: Parts of an anatomical structure
// purpose: What belongs to it directly.
// parameter: structure = thx:lung
MATCH (y:Concept)-[r:PART_OF]->(x:Concept)
WHERE x.id = $structure
RETURN y.id AS part, y.label AS label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, part
