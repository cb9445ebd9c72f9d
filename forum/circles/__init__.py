"""What is said: circles, threads, posts, revisions, and the life of a submission."""
