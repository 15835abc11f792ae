"""Who is sent which message about a run, and when."""
