// title: Concepts without facts
// purpose: Named and coded, but nothing is stated about them: gaps of the graph.
MATCH (c:Concept)
WHERE NOT EXISTS { MATCH (c)-[]-(x:Concept) }
RETURN c.id AS concept, c.label AS label, c.kind AS kind
ORDER BY concept
