"""Proof of the product by large experiments: trials, random worlds, an independent count; see lab/README.md."""
