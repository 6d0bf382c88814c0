"""User interfaces: the command line's output, the page, the REST interface and the SPARQL protocol."""
