"""Reports into entities and relations: the rules, their word lists, and runs over many reports."""

from thoracite.kg.extract.extractor import VERSION, Extractor, RuleExtractor, open_extractor

__all__ = ["VERSION", "Extractor", "RuleExtractor", "open_extractor"]
