"""Questions about an explanation on the page and over REST."""
