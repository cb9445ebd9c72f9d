"""Who is here: joining, the vault, pseudonyms, sessions, leaving, export, erasure."""
