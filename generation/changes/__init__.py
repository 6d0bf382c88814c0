"""Two films of one patient: what changed, the sentences that say so, and what holds them against the evidence."""
