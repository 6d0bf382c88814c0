// title: Where reports see a finding
// purpose: Places of it in reports, most often present first.
// parameter: finding = thx:pulmonary_opacity
MATCH (f:Concept)-[r:LOCATED_AT]->(p:Concept)
WHERE f.id = $finding
RETURN p.id AS place, p.label AS label, sum(r.present) AS present, sum(r.uncertain) AS uncertain,
       sum(r.absent) AS absent
ORDER BY present DESC, place
LIMIT 25
