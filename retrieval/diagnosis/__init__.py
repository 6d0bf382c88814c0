"""Differential diagnosis over the graph."""
