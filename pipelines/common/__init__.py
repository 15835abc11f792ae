"""No domain: days, errors, files that survive a crash, the lock, progress, words of messages."""
