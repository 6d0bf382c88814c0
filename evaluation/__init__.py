"""The suites that print every published figure, each with sample size, interval and a baseline."""
