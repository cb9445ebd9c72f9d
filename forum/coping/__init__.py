"""The strategy library: cards and what grew out of them; myths and facts, other kinds of help."""
