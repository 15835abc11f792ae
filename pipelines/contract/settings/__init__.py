"""The settings of a data folder: `authmeter.toml`, and the key of the hashes."""
