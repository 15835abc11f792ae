"""Large experiments that prove the product: trials, random worlds and an independent count; see lab/README.md."""
