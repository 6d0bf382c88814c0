// title: Signs of a finding or disease
// purpose: What to look for: radiographic signs of it, and observations that suggest it.
// parameter: finding = thx:pneumothorax
MATCH (a:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(b:Concept)
WHERE (a.id = $finding AND r.relation = 'thx:has_radiographic_sign')
   OR (b.id = $finding AND r.relation = 'thx:suggestive_of')
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN b.id ELSE a.id END AS sign,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN b.label ELSE a.label END AS label
RETURN sign, label, sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY support DESC, sign
