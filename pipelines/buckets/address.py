"""Parses the bucket addresses of the settings, and converts between keys and names of objects."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.contract.settings.bucket_settings import BucketPlace


@dataclass(frozen=True)
class Address:
    """A bucket, or a folder in a bucket.

    `base` is the folder without slashes around it. If the scheme is `file`, `bucket` and `base` are both the path of
    the folder.
    """

    scheme: str
    bucket: str
    base: str
    endpoint: str
    region: str

    @property
    def identity(self) -> str:
        """The name of the bucket in the ledger, the same for the internal and the public endpoint of a server."""
        # An endpoint from the environment can contain a user and a password.
        server = self.endpoint.partition("://")[2].rpartition("@")[2].replace("-internal.", ".").lower()
        return f"{self.scheme}://{self.bucket}" + (f" on {server}" if server else "")

    def key(self, name: str) -> str:
        """Convert a name, which is relative to this address, to the object's key in the bucket."""
        return f"{self.base}/{name}" if self.base and self.scheme != "file" else name

    def name(self, key: str) -> str:
        """Convert an object's key in the bucket to its name, which is relative to this address."""
        return key.removeprefix(f"{self.base}/") if self.scheme != "file" and self.base else key


def address_of(place: BucketPlace, url: str) -> Address:
    """Parse `url`, the address of a bucket, which the settings have validated.

    Endpoint and region come from `place`. Without an endpoint there, S3 and OSS use the endpoint of the environment.
    """
    parts = urlsplit(url)
    endpoint = place.endpoint
    if not endpoint and parts.scheme == "oss":
        endpoint = with_scheme(os.environ.get("OSS_ENDPOINT", ""))
    if not endpoint and parts.scheme == "s3":
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    base = str(Path(parts.path)) if parts.scheme == "file" else parts.path.strip("/")
    bucket = parts.netloc
    if parts.scheme == "file":
        # For `file`, the folder takes the role of the bucket.
        return Address("file", base, base, "", "")
    return Address(parts.scheme, bucket, base, endpoint, place.region)


def with_scheme(endpoint: str) -> str:
    """Return a server's address without a slash at its end, and with `https://` if it has no scheme."""
    endpoint = endpoint.rstrip("/")
    return endpoint if not endpoint or "://" in endpoint else f"https://{endpoint}"
