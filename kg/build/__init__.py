"""A build: inputs into a checked graph, the ontology made again from its sources, and graphs as files."""
