"""Content of the page of sign-in sessions: figures and words."""
