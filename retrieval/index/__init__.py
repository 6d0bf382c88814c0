"""Text vectors, and the index of a graph's triples as texts."""
