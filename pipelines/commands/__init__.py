"""The commands, one module each; `cli.py` defines their names, options and help texts."""
