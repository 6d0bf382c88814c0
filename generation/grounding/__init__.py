"""Grounding: free text without citations becomes claims, each sentence with the evidence that it speaks of."""

from thoracite.generation.grounding.ground import Grounded, ground

__all__ = ["Grounded", "ground"]
