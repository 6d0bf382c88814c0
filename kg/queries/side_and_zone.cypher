// title: Which side and which zone a finding prefers
// purpose: Places in reports and textbooks, summed by side and by level of the lung.
// parameter: finding = thx:pulmonary_opacity
MATCH (f:Concept)-[r:LOCATED_AT|LOCATED_IN]->(p:Concept)
WHERE f.id = $finding
WITH r, lower(p.label) AS low
WITH r, CASE WHEN low CONTAINS 'bilateral' OR low STARTS WITH 'bi' THEN 'both' WHEN low CONTAINS 'left' THEN 'left'
     WHEN low CONTAINS 'right' THEN 'right' ELSE 'not stated' END AS side,
     CASE WHEN low CONTAINS 'upper' OR low CONTAINS 'api' OR low CONTAINS 'apex' THEN 'upper'
     WHEN low CONTAINS 'mid' OR low CONTAINS 'lingula' THEN 'middle'
     WHEN low CONTAINS 'lower' OR low CONTAINS 'bas' OR low CONTAINS 'costophrenic' THEN 'lower'
     ELSE 'not stated' END AS zone
RETURN side, zone, sum(r.present) AS present, sum(r.absent) AS absent,
       sum(CASE WHEN r.extractor = 'curated' THEN 1 ELSE 0 END) AS textbooks
ORDER BY present DESC, textbooks DESC, side, zone
