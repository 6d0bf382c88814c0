// title: Signs of a finding with all its subtypes
// purpose: Which sign belongs to the finding itself and which to one of its subtypes, commonest first.
// parameter: finding = thx:pulmonary_edema
MATCH (x:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF]->(y:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN x ELSE y END AS kind,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN y ELSE x END AS one
WHERE (kind.id = $finding OR $finding IN kind.broader)
WITH kind AS subtype, one, sum(r.support) AS support,
     min(CASE r.commonness WHEN 'common' THEN 1 WHEN 'occasional' THEN 2 WHEN 'rare' THEN 4 ELSE 3 END) AS rank
RETURN subtype.id AS kind, subtype.label AS kind_label, one.id AS sign, one.label AS label,
       CASE rank WHEN 1 THEN 'common' WHEN 2 THEN 'occasional' WHEN 3 THEN 'not stated' ELSE 'rare' END AS commonness,
       support
ORDER BY subtype.id <> $finding, kind, rank, support DESC, sign
