"""Grounding: free text without citations becomes claims, each sentence with the evidence that it speaks of."""

from thoracite.generation.grounding.ground import Grounded, Grounder, ground

__all__ = ["Grounded", "Grounder", "ground"]
