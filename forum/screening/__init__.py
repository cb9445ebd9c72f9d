"""What the machine suggests about a text. It scores and explains; it never decides."""
