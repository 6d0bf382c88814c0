"""Questions about one explanation: what is asked, and sentences that answer from its evidence."""
