"""The page of sign-in sessions: its figures, and the words that name them."""
