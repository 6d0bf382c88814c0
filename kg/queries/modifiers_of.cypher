// title: How reports describe a finding
// purpose: Sizes, sides and other modifiers of it, most frequent first.
// parameter: finding = thx:pulmonary_opacity
MATCH (m:Concept)-[r:MODIFY]->(f:Concept)
WHERE f.id = $finding AND m.kind <> 'mention'
RETURN m.id AS modifier, m.label AS label, sum(r.present) AS present, sum(r.support) AS reports
ORDER BY reports DESC, modifier
LIMIT 25
