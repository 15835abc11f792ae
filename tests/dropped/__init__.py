"""Kinds of files that people drop into landing. Each is tried in a real run; `docs/what-you-drop.md` has the results."""
