// title: Share of uncertain statements
// purpose: For each observation, how often reports hedge; from a least number of reports.
// parameter: minimum = 10
MATCH (c:Concept {id: 'thx:chest_radiograph'})-[r:SHOWS]->(f:Concept)
WHERE f.kind <> 'mention'
WITH f.id AS finding, f.label AS label, sum(r.uncertain) AS uncertain,
     sum(r.present + r.uncertain + r.absent) AS reports
WHERE reports >= $minimum
RETURN finding, label, uncertain, reports, 1.0 * uncertain / reports AS share
ORDER BY share DESC, finding
LIMIT 25
