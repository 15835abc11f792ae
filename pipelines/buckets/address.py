"""The place that an address of the settings names, and the names of its objects."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.contract.settings.bucket_settings import BucketPlace


@dataclass(frozen=True)
class Address:
    """A bucket, or a folder in one.

    `bucket` is empty for `file`. `base` is the folder without slashes around it; for `file` it is the whole path.
    """

    scheme: str
    bucket: str
    base: str
    endpoint: str
    region: str

    @property
    def identity(self) -> str:
        """The name under which the objects that were brought are kept: another endpoint of one server is the same."""
        # An endpoint of the environment may have a user and a password.
        server = self.endpoint.partition("://")[2].rpartition("@")[2].replace("-internal.", ".").lower()
        return f"{self.scheme}://{self.bucket}" + (f" on {server}" if server else "")

    def key(self, name: str) -> str:
        """The key of the object that has a name behind the address."""
        return f"{self.base}/{name}" if self.base and self.scheme != "file" else name

    def name(self, key: str) -> str:
        """The name of an object behind the address, by its key."""
        return key.removeprefix(f"{self.base}/") if self.scheme != "file" and self.base else key


def address_of(place: BucketPlace, url: str) -> Address:
    """Return the place that a checked address names; without an endpoint of its own, that of the environment."""
    parts = urlsplit(url)
    endpoint = place.endpoint
    if not endpoint and parts.scheme == "oss":
        endpoint = with_scheme(os.environ.get("OSS_ENDPOINT", ""))
    if not endpoint and parts.scheme == "s3":
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    base = str(Path(parts.path)) if parts.scheme == "file" else parts.path.strip("/")
    bucket = parts.netloc
    if parts.scheme == "file":
        # The folder is what a bucket is elsewhere.
        return Address("file", base, base, "", "")
    return Address(parts.scheme, bucket, base, endpoint, place.region)


def with_scheme(endpoint: str) -> str:
    """Return a server's address with `https://` where it has no scheme."""
    endpoint = endpoint.rstrip("/")
    return endpoint if not endpoint or "://" in endpoint else f"https://{endpoint}"
