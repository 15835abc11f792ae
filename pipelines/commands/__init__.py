"""The commands, one module each; `cli.py` defines their names, options and help texts.

Modules here are shared by commands: arguments, help screens, unforeseen errors, and the hint about misplaced logs.
"""
