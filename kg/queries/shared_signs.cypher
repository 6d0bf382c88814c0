// title: Signs that two diseases share
// purpose: Signs that do not help to tell them apart, subtypes included.
// parameter: first = thx:consolidation
// parameter: second = thx:pulmonary_edema
MATCH (x:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(y:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN x ELSE y END AS kind,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN y ELSE x END AS one
WITH one, sum(CASE WHEN kind.id = $first OR $first IN kind.broader THEN 1 ELSE 0 END) AS of_first,
     sum(CASE WHEN kind.id = $second OR $second IN kind.broader THEN 1 ELSE 0 END) AS of_second
WHERE of_first > 0 AND of_second > 0
RETURN one.id AS sign, one.label AS label
ORDER BY sign
