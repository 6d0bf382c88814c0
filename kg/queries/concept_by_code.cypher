// title: The concept with a code
// purpose: From RadLex, HPO, MONDO or a label set to the graph.
// parameter: code = CheXpert:Pleural Effusion
MATCH (c:Concept)
WHERE $code IN c.codes
RETURN c.id AS concept, c.label AS label, c.kind AS kind
ORDER BY concept
