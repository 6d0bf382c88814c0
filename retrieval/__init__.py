"""Findings or words into a subgraph, and the subgraph into numbered evidence."""
