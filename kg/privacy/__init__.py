"""The privacy gate that removes identifiers from reports, its word lists, and the ledger of keyed patient hashes."""
