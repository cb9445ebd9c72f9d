"""Help before anything else: the directory, the panel, /help and aftercare."""
