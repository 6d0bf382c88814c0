// title: Reports against textbooks
// purpose: What reports draw from an observation, and whether a curated source knows it as a sign, suggestion or cause.
// parameter: minimum = 3
MATCH (o:Concept)-[r:SUGGESTIVE_OF]->(f:Concept)
WHERE r.present + r.uncertain + r.absent >= $minimum
WITH o, f, sum(r.support) AS reports
OPTIONAL MATCH (a:Concept)-[k:SUGGESTIVE_OF|CAUSED_BY|HAS_RADIOGRAPHIC_SIGN]->(b:Concept)
WHERE k.extractor = 'curated' AND (
  (k.relation <> 'thx:has_radiographic_sign' AND a.id = o.id AND b.id = f.id)
  OR (k.relation = 'thx:has_radiographic_sign' AND a.id = f.id AND b.id = o.id))
WITH o.id AS observation, o.label AS observation_label, f.id AS finding, f.label AS finding_label, reports,
     count(k.id) AS facts
RETURN observation, observation_label, finding, finding_label, reports,
       CASE WHEN facts > 0 THEN 1 ELSE 0 END AS in_textbooks
ORDER BY reports DESC, observation, finding
LIMIT 50
