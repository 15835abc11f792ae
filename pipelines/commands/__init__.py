"""The commands, one module each; how they are named and described is in `cli.py`."""
