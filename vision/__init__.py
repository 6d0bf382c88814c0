"""Images into findings: encoders by name, the bundled one, third-party ones, and their training."""
