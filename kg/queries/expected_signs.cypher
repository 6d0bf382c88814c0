// title: Signs to expect of a finding, and those that are absent
// purpose: Common signs on this view, the denied ones first: each that is absent makes the finding less likely.
// parameter: finding = thx:pulmonary_edema
// parameter: view = frontal
// parameter: denied = thx:kerley_b_lines
// parameter: also_denied = thx:peribronchial_cuffing
MATCH (x:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(y:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN x ELSE y END AS kind,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN y ELSE x END AS one
WHERE (kind.id = $finding OR $finding IN kind.broader) AND r.commonness = 'common'
  AND (NOT any(v IN r.holds_for WHERE v IN ['frontal', 'pa', 'ap', 'lateral', 'decubitus', 'ct', 'mri',
    'ultrasound'])
    OR $view IN r.holds_for OR ('frontal' IN r.holds_for AND $view IN ['pa', 'ap'])
    OR ($view = 'frontal' AND any(v IN r.holds_for WHERE v IN ['pa', 'ap'])))
RETURN one.id AS sign, one.label AS label, max(CASE WHEN one.id IN [$denied, $also_denied] THEN 1 ELSE 0 END) AS absent,
       sum(r.support) AS support, count(DISTINCT r.source) AS sources
ORDER BY absent DESC, support DESC, sign
