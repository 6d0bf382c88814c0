// title: Differential of three findings
// purpose: Diseases that share most of the findings seen, by has_radiographic_sign, suggestive_of and caused_by.
// parameter: first = thx:consolidation
// parameter: second = thx:pleural_effusion
// parameter: third = thx:air_bronchogram
MATCH (a:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF|CAUSED_BY]->(b:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN a.id ELSE b.id END AS candidate,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN a.label ELSE b.label END AS label,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN b.id ELSE a.id END AS finding
WHERE finding IN [$first, $second, $third] AND NOT candidate IN [$first, $second, $third]
RETURN candidate, label, count(DISTINCT finding) AS matched, count(DISTINCT r.id) AS facts
ORDER BY matched DESC, facts DESC, candidate
