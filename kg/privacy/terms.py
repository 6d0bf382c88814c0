"""Words of medicine that look like names, from vocabularies: eponyms, the nouns behind them, organisms, drugs.

A list written by hand knows the eponyms that its writer thought of. Vocabularies name thousands, and what is named
after a person: "Couinaud segment", "Lambl excrescence", "Crawford extent". No surname passes by standing in these
lists: an eponym counts where a medical noun follows it, or where a disease must stand ("history of Addison"), and only
eponyms joined by a hyphen, organisms and drugs are words of their own. Names of drugs and diseases that no list has yet
are told by their endings, which naming bodies and Greek gave them.

Examples
--------
>>> [is_medical(word) for word in ("tocilizumab", "osimertinib", "talcosis", "kowalska")]
[True, True, True, False]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from thoracite.kg.privacy.words import Words, is_ordinary, read_words

_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][a-z]+)?")
_JOINED = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]{2,}(?:-[A-ZÀ-Þ][a-zß-ÿ]{2,})+")
_EPONYM = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]{2,}")
_ORGANISM = re.compile(r"(?P<x>[A-Z][a-z]{5,})(?: [a-z]+)?")
_DRUG = re.compile(r"[A-Z][a-z]{6,}")
_NO_NOUN = re.compile(r".{2,}(?:ed|ly|[ao]us|ic|al|ary|ible|able)|.*[^aeiou]ing")
_SEEN = 2  # times at the end of a term, from which on a word counts as a noun
_ORGANISMS, _NO_ORGANISMS = ("B01", "B03", "B04"), ("B01.650", "B01.050.150", "B01.050.500.131")
"""Trees of MeSH: eukaryota, but for plants, chordates and arthropods (Daphne, Iris); bacteria; viruses."""
_NOUNS = ("A", "C", "E")

_ENDINGS = re.compile(
    r"[a-z]{3,}(?:mab|tinib|[bc]iclib|rafenib|zomib|parib|limus|taxel|platin|rubicin|citabine|trexed|trexate|poside|"
    r"cristine|blastine|relbine|tecan|domide|floxacin|cillin|mycin|micin|ericin|zolid|phenolate|cycline|azole|fungin|penem|bactam|oxacin|"
    r"statin|sartan|dopril|inopril|april(?<!^april)|olol|dipine|xaban|gatran|parin|grel|plase|tidine|prazole|setron|"
    r"triptan|[aeiou]vir|metasone|nisolone|terol|tropium|lukast|[ae]nafil|entan|dronate|gliptin|gliflozin|glitazone|"
    r"glutide|caine|curonium|azepam|zolam|oxetine|peridone|azapine|thiazide|semide|caftor|ercept|arone|cept)|"
    r"cef[a-z]{4,}|[a-z]{4,}(?:itis|osis|iasis|oma|omas|omata|ectomy|ostomy|otomy|plasty|pathy|emia|aemia|uria|scopy|graphy|gram|"
    r"algia|plasia|trophy|penia|rrhage|rrhagia|rrhea|megaly|cele|lysis|pexy|desis|centesis|ectasis|ectasia|malacia|"
    r"ptosis|sclerosis|stenosis|thorax|cardium|viridae|coccus|bacter|bacterium|virus|mycosis|plasma|monas)"
)
"""Stems of nonproprietary names of drugs, and what ends the names of diseases, procedures and organisms."""


def is_medical(word: str) -> bool:
    """Whether a word, in lower case, is a drug, a disease or a procedure by list or by ending."""
    return word in read_words().proper["drug"] or (len(word) > 6 and _ENDINGS.fullmatch(word) is not None)


def collect_terms(
    labels: Iterable[str], headings: Iterable[tuple[str, str]], words: Words, no_nouns: frozenset[str]
) -> dict[str, frozenset[str]]:
    """Eponyms, nouns, organisms and drugs of vocabularies, as single words in lower case.

    Parameters
    ----------
    labels : iterable of str
        Names of concepts in which only proper nouns are capitalised.
    headings : iterable of (heading, tree number)
        Of MeSH, where every word is capitalised.
    words : Words
        Ordinary words, which are no eponyms.
    no_nouns : frozenset of str
        What may follow the name of a person: verbs of telling, roles, departments, little words.

    Returns
    -------
    dict of str to frozenset of str
        ``eponym of a term``, ``joined eponym``, ``noun of a term``, ``genus``, ``drug``.

    Examples
    --------
    >>> headings = [("Ralstonia pickettii", "B03.440")]
    >>> lists = collect_terms(["Couinaud segment of liver", "right segment"], headings, read_words(), frozenset())
    >>> sorted(lists["eponym of a term"]), sorted(lists["noun of a term"]), sorted(lists["genus"])
    (['couinaud'], ['segment'], ['ralstonia'])
    """
    eponyms, joined, nouns = set[str](), set[str](), Counter[str]()
    for label in sorted(set(labels)):
        joined.update(pair.lower() for pair in _JOINED.findall(label) if not is_ordinary(pair.split("-")[0], words))
        tokens = _WORD.findall(label)
        for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
            bare = re.sub(r"['’]s?$", "", token)
            if _EPONYM.fullmatch(bare) and not is_ordinary(bare, words):
                eponyms.add(bare.lower())
                nouns[after] += _SEEN
        nouns.update(tokens[-1:] if len(tokens) > 1 else [])
    genera, drugs = set(), set()
    for heading, tree in headings:
        organism = tree.startswith(_ORGANISMS) and not tree.startswith(_NO_ORGANISMS)
        if organism and (genus := _ORGANISM.fullmatch(heading)) and not is_ordinary(genus["x"], words):
            genera.add(genus["x"].lower())
        if tree.startswith("D") and _DRUG.fullmatch(heading) and not is_ordinary(heading, words):
            drugs.add(heading.lower())
        if tree.startswith(_NOUNS):
            nouns.update([heading.partition(",")[0].rpartition(" ")[2].lower()])
    heads = {word for word, count in nouns.items() if count >= _SEEN and word.islower() and len(word) > 3}
    heads = {word for word in heads if word.isascii() and not _NO_NOUN.fullmatch(word)} - no_nouns - eponyms
    return {
        "eponym of a term": frozenset(eponyms - genera - drugs),
        "joined eponym": frozenset(joined),
        "noun of a term": frozenset(heads),
        "genus": frozenset(genera),
        "drug": frozenset(drugs),
    }


__all__ = ["collect_terms", "is_medical"]
