"""What many reports say, counted into triples that name no patient; and the local graph of single mentions."""
