"""Finds the stored records of one user, by sign-in session, and what each record counted as."""
