"""Telling people, in the site and by Atom feed of public circles."""
