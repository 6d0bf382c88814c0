"""Sentences about the signs of an image: their wording, their numbers, and what a reader takes from them."""
