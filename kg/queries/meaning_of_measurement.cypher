// title: What a measurement means, and its caveats
// purpose: What it speaks for and against, what may be taken for it, and within which limits.
// parameter: measurement = thx:cardiothoracic_ratio_gt_0_5_on_pa_view
MATCH
  (a:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF|ARGUES_AGAINST|MAY_MIMIC|HAS_ATTRIBUTE|CAUSED_BY]-(b:Concept)
WHERE a.id = $measurement
UNWIND CASE WHEN size(r.holds_for) = 0 THEN [''] ELSE r.holds_for END AS h
WITH b, r, min(h) AS limited_to
RETURN CASE WHEN r.relation IN ['thx:has_radiographic_sign', 'thx:suggestive_of'] THEN 0 ELSE 1 END AS caveat,
       r.relation AS relation, b.id AS other, b.label AS label, limited_to, r.source AS source, r.locator AS locator
ORDER BY caveat, relation, other, source, locator, limited_to
