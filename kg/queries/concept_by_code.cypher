// title: The concept with a code
// purpose: From RadLex, HPO, MONDO, DOID, MeSH, UBERON or a label set to the graph, in any case.
// parameter: code = CheXpert:Pleural Effusion
MATCH (c:Concept)
UNWIND c.codes AS code
WITH c, code
WHERE toLower(code) = toLower($code)
RETURN DISTINCT c.id AS concept, c.label AS label, c.kind AS kind
ORDER BY concept
