// title: What reports deny most often
// purpose: Observations by the number of reports that exclude them.
MATCH (c:Concept {id: 'thx:chest_radiograph'})-[r:SHOWS]->(f:Concept)
WHERE f.kind <> 'mention'
RETURN f.id AS finding, f.label AS label, sum(r.present) AS present, sum(r.uncertain) AS uncertain,
       sum(r.absent) AS absent
ORDER BY absent DESC, finding
LIMIT 25
