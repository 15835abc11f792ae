"""Detects doubled latencies and surges: incidents of kind `further`, which are worth a look but no failure of sign-in."""
