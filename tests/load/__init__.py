"""A day of the forum in a few minutes: many people, real servers, and things that go wrong meanwhile."""
