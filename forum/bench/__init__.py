"""Measurements that anyone can run: `make bench`. They print ratios, since absolute figures say little."""
