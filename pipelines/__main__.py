"""`python -m pipelines` is `authmeter`."""

from pipelines.cli import main

main()
