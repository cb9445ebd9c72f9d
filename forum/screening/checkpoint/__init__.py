"""The checkpoint that ships with Kindred, and everything that made it: templates, corpus, encoder, training."""
