// title: Which diagnosis explains most of what is seen
// purpose: How many seen signs it explains, what speaks against it, and the signs of it alone that would settle it.
// parameter: first = thx:air_bronchogram
// parameter: second = thx:consolidation
// parameter: denied = thx:kerley_b_lines
MATCH (x:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(y:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN x ELSE y END AS kind,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN y ELSE x END AS one
WITH one.id AS sign, collect(DISTINCT kind.id) AS owners, min(r.commonness) AS said
UNWIND owners AS owner
WITH owner, sign, CASE WHEN size(owners) = 1 AND said = 'common' AND NOT sign IN [$first, $second, $denied]
     THEN sign END AS sole
WITH owner, count(DISTINCT CASE WHEN sign IN [$first, $second] THEN sign END) AS explained,
     max(CASE WHEN sign = $denied THEN 1 ELSE 0 END) AS missing, collect(sole) AS alone
WHERE explained > 0
MATCH (d:Concept)
WHERE d.id = owner AND d.kind IN ['finding', 'disease']
OPTIONAL MATCH (s:Concept)-[:ARGUES_AGAINST]->(d)
WHERE s.id IN [$first, $second]
WITH d, explained, alone, missing, count(DISTINCT s.id) AS opposed
UNWIND CASE WHEN size(alone) = 0 THEN [''] ELSE alone END AS settled_by
RETURN d.id AS diagnosis, d.label AS label, explained, missing + opposed AS against, settled_by
ORDER BY explained DESC, against, diagnosis, settled_by
LIMIT 50
