"""A graph as N-Quads: written, read as a stream, exported."""
