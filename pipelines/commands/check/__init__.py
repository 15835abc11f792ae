"""`authmeter check`: the settings, the registry, source mappings, landing and sign-in records, without a run."""
