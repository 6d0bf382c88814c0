// title: What reports see most often
// purpose: Observations by the number of reports that state them.
MATCH (c:Concept {id: 'thx:chest_radiograph'})-[r:SHOWS]->(f:Concept)
RETURN f.id AS finding, f.label AS label, sum(r.present) AS present, sum(r.uncertain) AS uncertain,
       sum(r.absent) AS absent
ORDER BY present DESC, finding
LIMIT 25
