"""The kg room."""
