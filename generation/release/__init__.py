"""Certified release: how near to a limit a statement may come at a level of risk that the user sets."""
