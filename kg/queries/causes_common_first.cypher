// title: Causes of a finding, common ones first
// purpose: What to think of first and, as urgent, what must not be missed however rare; subtypes included.
// parameter: finding = thx:pleural_effusion
MATCH (kind:Concept)-[r:CAUSED_BY]->(one:Concept)
WHERE (kind.id = $finding OR $finding IN kind.broader)
UNWIND CASE WHEN size(r.holds_for) = 0 THEN [''] ELSE r.holds_for END AS h
WITH one, r, coalesce(min(CASE WHEN h IN ['frontal', 'pa', 'ap', 'lateral', 'decubitus', 'ct', 'mri',
    'ultrasound'] THEN NULL ELSE h END), '') AS held
WITH one, min(CASE r.commonness WHEN 'common' THEN 1 WHEN 'occasional' THEN 2 WHEN 'rare' THEN 4 ELSE 3 END) AS rank,
     min(held) AS limited_to, sum(r.support) AS support, count(DISTINCT r.source) AS sources
OPTIONAL MATCH (one)-[:HAS_ATTRIBUTE]->(alarm:Concept {id: 'thx:medical_emergency'})
WITH one, rank, limited_to, support, sources, CASE WHEN count(alarm.id) > 0 THEN 1 ELSE 0 END AS urgent
RETURN one.id AS cause, one.label AS label,
       CASE rank WHEN 1 THEN 'common' WHEN 2 THEN 'occasional' WHEN 3 THEN 'not stated' ELSE 'rare' END AS commonness,
       limited_to, support, sources, urgent
ORDER BY rank, support DESC, cause
