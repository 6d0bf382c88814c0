"""What the command line prints: results of every command as text, JSON or files, with progress on standard error."""
