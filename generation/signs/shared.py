"""Words that the sentences of all signs share: comparisons, references, negations, shares of films, units, sides.

Examples
--------
>>> bool(re.fullmatch(SHARED["up"], "in excess of")), bool(re.fullmatch(SHARED["negation"], "free of"))
(True, True)
>>> [unit for unit, pattern in UNIT.items() if pattern.fullmatch("millimetres")]
['other']
"""

from __future__ import annotations

import re
from pathlib import Path

EXISTENCE = re.compile("|".join((Path(__file__).parent / "existence.txt").read_text(encoding="utf-8").splitlines()))
"""Words that say that something is there, or, behind a border or an edge, that it can be traced."""

_LIMIT = (
    r"(?:limits?|thresholds?|cut-?offs?|cut-?points?|references?|bounds?|boundary|norms?|criteri(?:on|a)|benchmarks?|"
    r"standards?|ceilings?|floors?|maximum|minimum|range|marks?|bar|yardstick|allowances?|tolerances?|triggers?|"
    r"alarms?|cut(?= of| at)|hurdles?|barriers?|trip-?wires?|rules?|requirements?|comparators?|permitted height|"
    r"lines?(?= (?:of|at|drawn|set|that|we|one|you|I)\b|$)|set point|breakpoints?|margins? of normal|"
    r"action (?:level|limit|line|point)s?)"
)
_KNOWN = (
    r"(?:normal|healthy|usual|typical|reference|expected|fitted|published|accepted|permitted|allowed|stated|"
    r"permissible|"
    r"allowable|"
    r"acceptable|tolerable|tolerated|customary|regular|standard|average|prescribed|set|conventional|agreed|"
    r"admissible|alarm|"
    r"decision|cut-?off|warning|action|diagnostic)"
)
_TO_LIMIT = (
    rf"(?= (?:the |a |an |its |our |this |that |any )?(?:(?!left|right|other|opposite)[\w-]+ ){{0,4}}?{_LIMIT}\b)"
)
_TO_NUMBER = rf"(?:{_TO_LIMIT}|(?= (?:the |a |its )?(?:-?\d|one[- ]half|half)))"
_NOT_SIDE = (
    r"(?!(?: (?:that|those|in|on|at|of|over|the|its|your|his|her|our|very|same|corresponding|top|tip|upper|lower|"
    r"middle|"
    r"mid|bottom|part|portion|half|third|lung|zone|apex|one|density))* (?:left|right|other|opposite|contralateral)\b)"
    r"(?! (?:its |the )?(?:counterpart|fellow|partner|companion|neighbou?r|twin|mate|mirror image|opposite number)\b)"
)
_NOT_FELLOW = (
    r"(?! (?:(?:that|those) (?:of|in|on) )?(?:the |its |your )?(?:left|right|other|opposite|contralateral|counterpart|"
    r"partner|fellow|companion|mate|twin)\b)"
)
_UP = (
    r"(?:more|greater|larger|higher|wider|longer|deeper|bigger|taller|stronger|farther|further|broader|"
    r"coarser|rougher)"
    rf" than{_NOT_SIDE}|(?:denser|clearer|sharper|brighter|whiter|hazier) than{_TO_NUMBER}|"
    rf"over(?:{_TO_LIMIT}|{_TO_NUMBER}|(?= (?:in )?(?:nine|what|most|normal|usual|expected)))|"
    rf"superior to(?! (?:that of |those of )?(?:the )?(?:left|right|other|opposite|contralateral|counterpart|"
    rf"partner|fellow))|above(?! that of (?:the )?(?:left|right|other|opposite|contralateral|counterpart)|"
    r" "
    r"(?:it|them|both|several|multiple|many|(?:the |its |an? |their )?(?:\w+ )?(?:lungs?|zones?|apex|"
    r"apices|chest wall|heart|"
    r"bases?|hila|fields?|side|ribs|wall|shadow))\b)|"
    rf"(?:beyond|past|pass(?:es|ed|ing)?|cross(?:es|ed|ing)?|clears?){_TO_NUMBER}|"
    rf"(?:(?:comes?|gets?|rises?|measures?) (?:up )?to|reach(?:es|ed|ing)?|attain(?:s|ed|ing)?){_TO_LIMIT}|"
    rf"reached(?= by)|(?:(?<=not )|(?<=n't )|(?<=never ))reach(?= (?:the |a |its )?-?\d)|"
    rf"exceed(?:s|ed|ing)?(?! by| that | those ){_NOT_FELLOW}|in excess of|surpass(?:es|ed|ing)?(?! by){_NOT_FELLOW}|"
    rf"overshoots?|outstrips?{_NOT_FELLOW}|tops{_NOT_FELLOW}|at least|"
    r"upwards? of|north of|[>≥]=?"
)
_DOWN = (
    r"(?:less|fewer|smaller|lower|narrower|shorter|shallower|flatter|weaker|fainter|smoother|finer|"
    r"slimmer|nearer|closer)"
    rf" than{_NOT_SIDE}|(?:below|under|beneath)(?! "
    r"(?:it|them|both|(?:the |its |an? |their )?(?:\w+ )?(?:lungs?|zones?|apex|apices|heart|collarbones?|clavicles?|"
    r"domes?|hemidiaphragms?|diaphragm|right one|left one|right|left|ribs)\b))|inferior to(?! (?:that of |"
    r"those of )?(?:the )?(?:left|right|other|opposite|contralateral|counterpart|partner|fellow))|"
    r"(?:within|inside)(?! (?:the |its |our )?(?:tolerances?|limits|bounds|range|"
    r"allowance))(?=(?: [a-z-]+){0,5} (?:-?\d|half))|at most|up to(?= -?\d)|"
    r"(?:falls?|falling|fell|stops?|stopping|comes?|coming) short of|(?:short|shy|south) of|undershoots?|[<≤]=?"
)
BARE_UP = (
    r"more|greater|larger|higher|wider|longer|deeper|bigger|taller|above|over|exceeds?|pass(?:es)?|"
    r"clears?|reach(?:es)?"
)
BARE_DOWN = r"less|fewer|smaller|lower|narrower|shorter|shallower|below|under"
"""Comparisons without "than", of normal films: "nine in ten are higher"."""

_WHO = (
    r"(?:films?|radiographs?|images?|x-?rays?|chests?|people|subjects?|persons?|patients?|adults?|controls?|values?|"
    rf"cases?|studies|population|ones?|level|group|{_LIMIT})"
)
_VIEWS = r"(?:(?:PA|AP|frontal|chest|erect|adult|posteroanterior|anteroposterior|other) )*"
_COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|nineteen|\d+)"
_UNITS = {
    "squared chest widths": r"(?:squared?|sq\.?) chest[- ]widths?|chest[- ]widths? squared",
    "chest widths": r"(?:of (?:the |a )?)?(?:chest[- ]widths?|(?:the )?widths? of the chest|thoracic widths?|"
    r"chest's width)",
    "degree": r"(?<!\ba )degrees?|°|deg",
    "contrasts": r"(?:of |times )?(?:the )?contrasts?(?: between (?:the )?(?:mediastinum|lungs?) and (?:the )?"
    r"(?:mediastinum|lungs?))?",
    "grey range": r"(?:of )?(?:the )?gr[ae]y[- ]ranges?",
    "other": r"mm|cm|millimet\w+|centimet\w+|inch(?:es)?|pixels?|px|(?<=\d )points?|ml|lung widths?|heart widths?",
}
UNIT = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _UNITS.items()}
"""Words for units; ``other`` are those that no sign is measured in."""

_ANY_UNIT = "|".join(_UNITS.values())
_NUMBER = rf"[-−]?\d+(?:\.\d+)?(?: ?(?:%|per ?cent)(?: (?:{_UNITS['chest widths']}))?|[ -]?(?:{_ANY_UNIT})(?!\w))?"
_NORMAL = (
    rf"(?:the |its )?(?:{_KNOWN} )+{_VIEWS}(?:range|limits?|bounds?|values?|widths?|sizes?|lengths?|"
    rf"heights?|breadth|calib\w+|dimensions?|proportions?|place|positions?|extent|distances?|reach|span|girth|"
    rf"share|amount|degree|levels?)"
)
_END = r"(?:normal |usual |reference |fitted |PA |AP )*"
SHARED = {
    "verdict": r"verdict-(?:none|no|yes|unseen|seen)",
    "share": rf"{_COUNT} (?:normal |healthy )+{_VIEWS}{_WHO} (?:in|out of|of) (?:ten|10|twenty|20|100|a hundred)|"
    rf"{_COUNT} (?:in|of|out of|in every|of every) (?:every )?(?:ten|10|twenty|20|100|a hundred|one hundred)|"
    r"\d+ ?(?:%|per ?cent) of(?: (?:the|all))?(?= (?:normal|healthy|usual|films|radiographs|PA|AP))",
    "unlike": r"unlike|in contrast (?:to|with)|as opposed to|different from",
    "like": r"(?:just )?(?:as|like)(?: (?:in|on|it is in|do|are))?(?= (?:the )?(?:nine|most|\d|normal|healthy|usual))",
    "no": rf"(?:within|in|inside) {_NORMAL}|(?:within|in) (?:range|limits)|wnl|(?:within|inside){_TO_LIMIT}|"
    r"in (?:its|their|the|a) (?:usual|normal|expected|ordinary) (?:positions?|place|location|heights?|levels?)",
    "yes": rf"(?:outside|beyond|out of|out with|outwith) {_NORMAL}|(?:outside|outwith|out of){_TO_LIMIT}|"
    r"abnormal(?:ly|ity)?",
    "lowest": rf"(?:lower|lowest) {_END}(?:{_LIMIT}|end|values?)(?: of (?:the )?normal)?|minimum|floor|lln",
    "highest": rf"(?:upper|highest) {_END}(?:{_LIMIT}|end|values?)(?: of (?:the )?normal)?|maximum|ceiling|uln",
    "films": rf"(?:{_KNOWN} )+{_VIEWS}{_WHO}|{_VIEWS}(?:films|radiographs|controls|population|{_LIMIT})|"
    r"limits? of (?:the )?normal|most(?= (?:normal|healthy|usual|PA|AP|films|people|chests|of|others|have|"
    r"lie|are|stay|do|exceed|reach)|$)|the majority|normals|healthy|usual(?:ly)?|typical(?:ly)?|reference|"
    r"expected|ref|"
    r"(?:it|they|one) (?:should(?: be)?|ought to be)|what is (?:normal|usual|expected)|expectations?|"
    r"(?:what |that )?(?:we|one|you) (?:would |should |might )?(?:usually |normally )?expects?(?: it|"
    r" them| to see)?(?: to be)?|"
    r"(?:I|we|one|you|anyone)(?:['’]d| would| should| might| can| could)? (?:like|want|wish|hope|accept|tolerate|"
    r"care|allow|permit)s?"
    r"(?: for| to see| it| it to be| to)?(?= |$)|(?:it|they|one|that|this) (?:should|ought(?: to)?|has any right to|"
    r"is meant to|"
    r"is supposed to|is allowed to)(?: be)?|(?<=than )(?:is |are )?(?:usual|normal|customary|average|"
    r"typical)(?: for| in| on)?$|"
    r"(?:what |that |(?<=than ))is (?:usual|normal|customary|average|typical|wanted|healthy|acceptable|permissible)|"
    r"(?:considered|deemed|thought|held|regarded as|taken as|called|judged|counted as|"
    r"reckoned) (?:to be )?(?:acceptable|normal|permissible|"
    r"tolerable|usual|healthy|allowable|the (?:limit|cut-?off|threshold))|line is drawn(?= at)|(?:level|line|figure|"
    r"value|point)(?= (?:that |which )?(?:nine|most|90|9) )",
    "patient": r"this (?:film|image|radiograph|patient|one|chest|x-?ray|study|case)|here|the patient's?|it",
    "exceeded": r"(?:exceeded|surpassed|passed|topped(?! by an? )) by",
    "up": _UP,
    "down": _DOWN,
    "unknown": r"not (?:only|merely|simply)|(?:abnormal|diseased|sick|unhealthy|pathological) "
    rf"{_VIEWS}{_WHO}",
    "negation": r"no longer|no|not|nil|nothing|cannot|can't|\w+n't|without|never|neither|nor|none|lacks?|lacking|"
    r"absent|absence|(?:free|clear) (?:of|from)|fail(?:s|ed|ing|ure)? to|unable to|impossible to|hardly|"
    r"scarcely|barely|"
    r"poorly|(?:too |so |very |rather |more )?(?:hard(?:er)?|difficult|tough(?:er)?|tricky|trickier|awkward) to|ill|"
    r"short on|wanting in|"
    r"out of the question|impossible|not one|not any|not a|in no way|by no means|at no point|none whatever|nary|"
    r"zero|not at all|"
    r"stop(?:s|ped)? being|cannot be said to|withheld|refuted|disproved|discounted|unproven|unconfirmed|"
    r"unsubstantiated|rejected|"
    r"discarded|unsupported|undetected|undemonstrated|unseen(?= here|$)|without any|innocent of|exempt from|"
    r"immune from|"
    r"safe from|stop(?:s|ped)? short of|not (?:yet )?enough to|inconceivable|untrue|false|wrong(?= to (?:say|call))|"
    r"could (?:hardly|scarcely|barely)|with ?held|ruled? out|rules out|rather than|instead of|devoid of|"
    r"negative for|excluded|unlikely|"
    r"far from|anything but|ceas(?:es|ed) to|nowhere(?: near)?|non|rarely|seldom|not enough to (?:call|"
    r"speak|count|make)(?: of)?|too \w+ to (?:call|be called|count|speak|say|make|be)|"
    r"escap(?:es|ed)|spar(?:es|ed) (?:of|from)|refus(?:es|ed) to|void of|bare of|miss(?:es|ing) (?:any|"
    r"all)|short of any|"
    r"den(?:y|ies|ied)|dismiss(?:es|ed)|ruled out|no more(?=$)|nobody|none of",
    "degree": r"significant(?:ly)?|marked(?:ly)?|gross(?:ly)?|substantial(?:ly)?|pronounced|notabl[ey]|material(?:ly)?|"
    r"obvious(?:ly)?|overt(?:ly)?|frank(?:ly)?|convincing(?:ly)?|definite(?:ly)?|definitive|certain|"
    r"much(?! of\b)|suggest|suggestion|suspicion|hint|indication|conspicuous|measurable|demonstrable|"
    r"worthwhile|relevant|real|true|"
    r"considerabl[ey]|discrete|important|further|additional|unequivocal|diffuse(?:ly)?|patchy|air-?space|"
    r"confluent|slight(?:ly)?|mild(?:ly)?|subtle|minor|minimal|"
    r"clear-cut|meaningful(?:ly)?|noteworthy",
    "side": r"(?:left|right)(?:-sided|-hand| direction|wards?)?|both|bilateral(?:ly)?",
    "view": r"PA|AP|frontal|posteroanterior|anteroposterior",
    "existence": EXISTENCE.pattern,
    "number": _NUMBER,
    "half": r"half(?: of)?(?: (?:the|its|your|his|her|that of the))?(?: (?:width|breadth|diameter) of the)?"
    r"(?: (?:inner |bony |entire |whole )?(?:chest|thorax|thoracic(?: cage)?|rib ?cage))?(?: (?:width|diameter|"
    r"breadth))?",
    "join": r"and|but|yet",
    "more": r"more|less",
    "unit": _ANY_UNIT,
    "word": r"[a-z](?:[\w'.-]*\w)?",
}  # fmt: skip
"""Patterns by kind of item. A *degree* ("significant", "convincing") is said only of what is denied."""

ORDER = (
    "verdict", "place", "compared", "share", "unlike", "like", "lowest", "highest", "films", "number", "exceeded",
    "up", "down", "unknown", "negation", "yes", "no", "converse", "side", "name", "existence", "half", "patient",
    "view", "join", "more", "unit", "degree", "word",
)  # fmt: skip
"""Kinds, in the order in which equally long ones win."""

_SIDE_NOUN = (
    r"(?:one|side|lung|zone|dome|apex|base|hemidiaphragm|hemithorax|part|field|spot|area|region|half|partner|fellow|"
    r"counterpart|neighbour|neighbor|twin|mate|peer|companion|top|tip|bottom)"
)
_AT_SIDE = (
    rf"(?:left|right|other|opposite|contralateral)(?:-hand|-sided)?(?: (?:upper|lower|middle|mid|"
    rf"lung))*(?: {_SIDE_NOUN})?"
)
_ITS_FELLOW = (
    rf"(?:counterpart|fellow|partner|neighbou?r|companion|peer|mate|twin|mirror image|opposite number|"
    rf"(?:one|{_SIDE_NOUN}) (?:opposite|across(?: the chest)?)|"
    rf"(?:same|corresponding|matching|equivalent) {_SIDE_NOUN}(?: across(?: the chest)?| opposite)?)"
)
_OPPOSITE = rf"(?:{_AT_SIDE}|{_ITS_FELLOW}(?: (?:on|of|in|at) (?:the |its |your )?{_AT_SIDE})?)"
_LED = (
    r"(?: (?:the|that|those|this|your|his|her|its|our|very|whole|same|corresponding|top|tip|upper|lower|middle|mid|"
    r"bottom|base|part|portion|half|third|zone|lung|apex|field|density|lucency|blackness|darkness|whiteness|opacity|"
    r"one|ones|it|is|seen|found|does|do|shown|"
    r"of|on|in|at|over|near|behind|under|from))*"
)
_OUTDOING = r"(?:exceed|surpass|top|beat|outdo|outstrip|trump|outweigh|overtake|outrank|match)"
_OUTDONE = "".join(
    rf"(?<={verb}{end} )|"
    for verb in ("exceed", "surpass", "top", "beat", "outdo", "outstrip", "trump", "outweigh", "overtake", "match")
    for end in ("", "s", "es", "ed", "ing")
)
COMPARED = (
    rf"(?:(?:than|compared (?:with|to)|in comparison (?:with|to)|relative to|with respect to|versus|vs\.?|beside|"
    rf"besides|"
    rf"alongside|next to|side by side with|unlike|against|over against){_LED}|difference (?:to|from) the|"
    r"(?<=in keeping )with(?: the| its)?|(?<=in line )with(?: the| its)?|(?<=level )with(?: the| its)?|"
    r"(?<=proportion )to(?: the| its)?|lags behind(?: the| its)?|"
    rf"(?:{_OUTDONE}(?<=\w as )|(?<=above )|(?<=below ))(?:the|its|your)|"
    rf"(?:{_OUTDONE}(?<=above )|(?<=below ))(?:that|those) (?:of|in|on)(?: the)?|"
    rf"(?<=superior )to(?: that of)?(?: the| its)?|(?<=inferior )to(?: that of)?(?: the| its)?) {_OPPOSITE}|"
    rf"(?:its|the) (?:counterpart|fellow|partner|companion|mirror image|opposite number)"
    rf"(?: (?:on|of|in|at) (?:the |its |your )?{_AT_SIDE})?"
)
"""What one side is compared with."""

BREAK = re.compile(
    r"[;:,()\[\]–—]| - |\.(?!\d)|(?<!anything )(?<!nothing )\bbut\b|\b(?:while|whereas|although|though|"
    r"because|since)\b|"
    r"\band(?= (?:also |then |so )?(?:is|are|was|were|has|have|had|looks?|appears?|seems?|remains?|stays?)\b)|"
    r"\b(?=(?:which|where(?! (?:the )?(?:(?:left |right )?(?:side|edge|border|margin|limit|"
    r"contour) of )?(?:the )?(?:heart|lung|one|aorta|artery|diaphragm|ribs?)\b)|so)\b)"
)
"""Where a sentence is cut into pieces."""

__all__ = ["BARE_DOWN", "BARE_UP", "BREAK", "COMPARED", "EXISTENCE", "ORDER", "SHARED", "UNIT"]
