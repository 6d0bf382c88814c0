"""Interventions for readers: their wording, kept readings, controls of signs, the map of weights and textbook."""
