// title: Signs of a finding on one view, commonest first
// purpose: What to look for on this view (frontal, pa, ap, lateral, ct), and what limits it; subtypes included.
// parameter: finding = thx:pneumothorax
// parameter: view = frontal
MATCH (x:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(y:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN x ELSE y END AS kind,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN y ELSE x END AS one
WHERE (kind.id = $finding OR $finding IN kind.broader)
  AND (NOT any(v IN r.holds_for WHERE v IN ['frontal', 'pa', 'ap', 'lateral', 'decubitus', 'ct', 'mri',
    'ultrasound'])
    OR $view IN r.holds_for OR ('frontal' IN r.holds_for AND $view IN ['pa', 'ap'])
    OR ($view = 'frontal' AND any(v IN r.holds_for WHERE v IN ['pa', 'ap'])))
UNWIND CASE WHEN size(r.holds_for) = 0 THEN [''] ELSE r.holds_for END AS h
WITH one, r, coalesce(min(CASE WHEN h IN ['frontal', 'pa', 'ap', 'lateral', 'decubitus', 'ct', 'mri',
    'ultrasound'] THEN NULL ELSE h END), '') AS held
WITH one, min(CASE r.commonness WHEN 'common' THEN 1 WHEN 'occasional' THEN 2 WHEN 'rare' THEN 4 ELSE 3 END) AS rank,
     min(held) AS limited_to, sum(r.support) AS support, count(DISTINCT r.source) AS sources
RETURN one.id AS sign, one.label AS label,
       CASE rank WHEN 1 THEN 'common' WHEN 2 THEN 'occasional' WHEN 3 THEN 'not stated' ELSE 'rare' END AS commonness,
       limited_to, support, sources
ORDER BY rank, support DESC, sign
