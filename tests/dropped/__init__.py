"""What people drop into landing, each kind run for real; `docs/what-you-drop.md` is written from what was seen."""
