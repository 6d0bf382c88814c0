"""``thoracite-mini-llava``: a small LLaVA whose vision tower is the bundled encoder; its parts, training and data."""
