// title: Evidence for a triple
// purpose: Every place that states it, with source and licence.
// parameter: subject = thx:pleural_effusion
// parameter: relation = thx:has_radiographic_sign
// parameter: object = thx:meniscus_sign
MATCH (s:Concept)-[r]->(o:Concept), (k:Source)
WHERE s.id = $subject AND r.relation = $relation AND o.id = $object AND k.id = r.source
RETURN r.source AS source, k.title AS title, r.locator AS locator, r.licence AS licence,
       r.present AS present, r.uncertain AS uncertain, r.absent AS absent, r.support AS support
ORDER BY source, locator
