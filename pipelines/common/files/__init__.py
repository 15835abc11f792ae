"""Files that survive a crash, the lock of a data folder, missing rights, misspelt names, and TOML that users write."""
