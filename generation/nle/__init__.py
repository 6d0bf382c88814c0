"""Explanation sets: sentences that explain a diagnosis by what a radiograph shows, read from files or from reports."""
