"""Models of others that write from pixels: chat servers, LLaVA and its kin, Med-XPT."""
