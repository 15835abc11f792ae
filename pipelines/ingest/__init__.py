"""Turns landed files into event parts with their `PartBooks`, and rereads files."""
