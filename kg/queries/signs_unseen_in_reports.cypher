// title: Textbook signs that no report mentions
// purpose: Signs of curated sources that no counted statement names: rare, or worded otherwise.
MATCH (d:Concept)-[r:HAS_RADIOGRAPHIC_SIGN]->(s:Concept)
WHERE r.extractor = 'curated' AND NOT EXISTS { MATCH (s)-[c]-(x:Concept) WHERE c.extractor <> 'curated' }
RETURN DISTINCT s.id AS sign, s.label AS label
ORDER BY sign
