// title: What occurs with a finding more often than by chance
// purpose: Reports that state both as present, and the lift over chance; from a least number of reports.
// parameter: finding = thx:pleural_effusion
// parameter: minimum = 5
MATCH (a:Concept)-[r:CO_OCCURS_WITH]-(b:Concept)
WHERE a.id = $finding AND r.lift > 1 AND r.present >= $minimum
RETURN b.id AS other, b.label AS label, sum(r.present) AS present, max(r.lift) AS lift
ORDER BY lift DESC, other
