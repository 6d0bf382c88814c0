"""Training of the text vectors, and of the projection from images to them."""
