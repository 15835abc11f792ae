"""The stored form of devices and phones: keyed hashes.

The reader of logs hashes devices and phones for the parts, and `authmeter trace` hashes the id to look up.
"""

import polars as pl
import polars_hash as plh


def hash_halves(texts: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the hashes of all columns of `texts`, each in two columns: `device_high` and `device_low` for `device_id`.

    A hash is the first 128 bits of the HMAC-SHA-256 (truncated as in RFC 4868), as two signed 64-bit numbers.
    """
    hashed = texts.select(plh.col(name).chash.hmac_sha256(key=key) for name in texts.columns)
    return hashed.select(
        pl.col(name)
        .str.slice(16 * half, 16)
        .str.to_integer(base=16, dtype=pl.UInt64)
        .reinterpret(signed=True)
        .alias(f"{name.removesuffix('_id')}_{('high', 'low')[half]}")
        for name in texts.columns
        for half in (0, 1)
    )
