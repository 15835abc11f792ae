"""Detects doubled latencies and surges: incidents of kind `further`, which are no failures of sign-in."""
