"""From words to concepts: names, word forms, and singular and plural."""
