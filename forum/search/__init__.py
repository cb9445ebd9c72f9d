"""One way to ask over published text, two engines (FTS5 and tsvector) that give the same answers."""
