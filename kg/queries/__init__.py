"""The published questions, each in SPARQL and Cypher, and the queries that find a triple again."""
