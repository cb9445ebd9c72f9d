"""The checkpoint that ships with Kindred, and what made it: templates, corpus, encoder, training."""
