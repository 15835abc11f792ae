"""Why nothing, or little, of a file counts: the likely reasons and their words."""
