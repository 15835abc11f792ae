"""Billing of uses: resource packages, when they run out, and whether log, console and bill agree."""
