"""Files that people drop into landing, each kind run for real; the results are `docs/what-you-drop.md`."""
