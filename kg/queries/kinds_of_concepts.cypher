// title: Concepts by kind
// purpose: How many findings, diseases, signs, structures and modifiers the graph knows.
MATCH (c:Concept)
RETURN c.kind AS kind, count(c.id) AS concepts
ORDER BY concepts DESC, kind
