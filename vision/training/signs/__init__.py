"""Training of signs: learned zones, weights of evidence, and both fitted again with other priors."""
