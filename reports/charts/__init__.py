"""Each chart's shape."""
