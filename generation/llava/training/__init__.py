"""Training of LLaVA-type generators: what images show and the graph says of it, in many wordings."""
