"""The stored records of one user, by sign-in session, with what each counted as."""
