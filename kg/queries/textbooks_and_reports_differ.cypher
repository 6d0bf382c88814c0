// title: Where textbooks and reports differ
// purpose: Pairs that reports see together and no curated source ties, and the reverse.
// parameter: finding = thx:pulmonary_edema
// parameter: minimum = 5
MATCH (a:Concept)-[r]-(b:Concept)
WHERE a.id = $finding AND b.id <> $finding
WITH b, sum(CASE WHEN r.relation = 'thx:co_occurs_with' AND r.lift > 1 THEN 1 ELSE 0 END) AS together,
     sum(CASE WHEN r.relation = 'thx:co_occurs_with' AND r.lift > 1 AND r.present >= $minimum
       THEN r.present ELSE 0 END) AS seen,
     sum(CASE WHEN r.extractor = 'curated' THEN 1 ELSE 0 END) AS told,
     sum(CASE WHEN r.extractor = 'curated' AND r.relation IN ['thx:has_radiographic_sign', 'thx:suggestive_of',
       'thx:caused_by', 'thx:associated_with'] THEN r.support ELSE 0 END) AS tied
WHERE (seen > 0 AND told = 0) OR (tied > 0 AND together = 0
  AND EXISTS { MATCH (c:Concept)-[s:SHOWS]->(b) WHERE s.present >= $minimum })
RETURN CASE WHEN told = 0 THEN 'reports' ELSE 'textbooks' END AS said_by, b.id AS other, b.label AS label,
       CASE WHEN told = 0 THEN seen ELSE tied END AS support
ORDER BY said_by, support DESC, other
