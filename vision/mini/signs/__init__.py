"""Signs: what is asked of an image, how it is measured, and what each answer adds to the log-odds of findings."""
