"""Kinds of files that people drop into landing, each tried in a real run. `docs/what-you-drop.md` has the results."""
