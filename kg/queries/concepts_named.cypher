// title: Concepts whose names hold a word
// purpose: Search in labels and synonyms, whatever the case.
// parameter: word = effusion
MATCH (c:Concept)
UNWIND c.synonyms + [c.label] AS name
WITH c, name
WHERE toLower(name) CONTAINS toLower($word)
RETURN DISTINCT c.id AS concept, c.label AS label, c.kind AS kind
ORDER BY concept
