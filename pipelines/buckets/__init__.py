"""Buckets: logs are brought from them into landing, and folders such as the site are copied to them."""
