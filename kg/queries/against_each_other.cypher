// title: What tells two diseases apart, in both directions
// purpose: Signs of one that the other lacks, subtypes included, and signs that argue against the other.
// parameter: first = thx:pulmonary_edema
// parameter: second = thx:pneumonia
MATCH (x:Concept)-[r:HAS_RADIOGRAPHIC_SIGN|SUGGESTIVE_OF|ARGUES_AGAINST]->(y:Concept)
WITH r, CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN x ELSE y END AS kind,
     CASE WHEN r.relation = 'thx:has_radiographic_sign' THEN y ELSE x END AS one,
     CASE WHEN r.relation = 'thx:argues_against' THEN 1 ELSE 0 END AS argues
WITH r, one, argues,
     CASE WHEN kind.id = $first OR (argues = 0 AND $first IN kind.broader) THEN 1 ELSE 0 END AS of_first,
     CASE WHEN kind.id = $second OR (argues = 0 AND $second IN kind.broader) THEN 1 ELSE 0 END AS of_second
WHERE of_first + of_second > 0
WITH one, sum((1 - argues) * of_first) AS first_has, sum((1 - argues) * of_second) AS second_has,
     sum(argues * of_first) AS against_first, sum(argues * of_second) AS against_second,
     sum((1 - argues) * of_first * r.support) AS first_support,
     sum((1 - argues) * of_second * r.support) AS second_support,
     sum(argues * of_first * r.support) AS no_first, sum(argues * of_second * r.support) AS no_second
UNWIND [$first, $second] AS favours
WITH one, favours,
     CASE WHEN favours = $first THEN first_has ELSE second_has END AS own,
     CASE WHEN favours = $first THEN second_has ELSE first_has END AS rival,
     CASE WHEN favours = $first THEN against_second ELSE against_first END AS against,
     CASE WHEN favours = $first THEN first_support ELSE second_support END AS shown,
     CASE WHEN favours = $first THEN no_second ELSE no_first END AS denied
WHERE (own > 0 AND rival = 0) OR against > 0
RETURN favours, one.id AS sign, one.label AS label, CASE WHEN against > 0 THEN 1 ELSE 0 END AS argues_against_other,
       denied + CASE WHEN rival = 0 THEN shown ELSE 0 END AS support
ORDER BY favours <> $first, argues_against_other DESC, support DESC, sign
