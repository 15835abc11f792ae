"""Benchmarks of authmeter against other ways to read the same logs; see bench/README.md."""
