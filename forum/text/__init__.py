"""From what was typed to HTML that cannot hurt: folding, rendering, sanitising, verifying."""
