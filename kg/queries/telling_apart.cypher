// title: Signs that tell one disease from another
// purpose: Signs of the first, subtypes included, that nobody states for the second or its subtypes.
// parameter: first = thx:pulmonary_edema
// parameter: second = thx:pneumonia
MATCH (x:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(y:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN x ELSE y END AS kind,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN y ELSE x END AS one
WITH one, sum(CASE WHEN kind.id = $first OR $first IN kind.broader THEN r.support ELSE 0 END) AS support,
     sum(CASE WHEN kind.id = $second OR $second IN kind.broader THEN 1 ELSE 0 END) AS rival
WHERE support > 0 AND rival = 0
RETURN one.id AS sign, one.label AS label, support
ORDER BY support DESC, sign
