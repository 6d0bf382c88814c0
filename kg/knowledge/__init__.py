"""Statements read from the prose of books, articles, vocabularies and glossaries."""
