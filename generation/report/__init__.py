"""A report against itself and against an image: what it states, where it contradicts, what is in error."""
