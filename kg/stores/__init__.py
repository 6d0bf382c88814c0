"""The stores that hold a graph: Oxigraph and ladybug on disk, Neo4j and SPARQL endpoints as servers."""
