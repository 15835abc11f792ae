"""Landed files to event parts and their books; reading files again."""
