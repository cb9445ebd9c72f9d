"""One way to ask for published text, two engines: FTS5 and tsvector."""
