"""Settings of buckets: the tables `[[fetch]]` and `[publish]` of `authmeter.toml`.

A setting never holds a secret: credentials are read from the environment, or from files of the providers' libraries.
Error messages do not repeat a refused address, as it may contain a secret.
"""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

from pipelines.common.files.near_names import has_ignored_name

SCHEMES: Final = ("s3", "oss", "gs", "az", "file")
"""The schemes of addresses that can be opened."""
_NO_SECRET: Final = "credentials are read from the environment only, because others can read a file"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def bucket_url(url: str) -> str:
    """Check the address of a bucket, or of a folder in it, and return it without a slash at its end. It may be empty.

    Raises:
        ValueError: the address has an unsupported scheme or a bad path, names no bucket, or has a user or a query,
            which may be secret. The text of the error never contains the address.
    """
    if not url:
        return url
    scheme, found, _ = url.partition("://")
    if scheme == "sftp":
        raise ValueError("sftp:// is not supported: mount the folder and write file://, or copy it with rclone")
    if not found or scheme not in SCHEMES:
        raise ValueError("must begin with s3://, oss://, gs://, az:// or file://")
    if "?" in url or "#" in url:
        raise ValueError(f"must have no query, such as a signature or a key: {_NO_SECRET}")
    if _CONTROL.search(url) or "\\" in url:
        raise ValueError("must have no control characters and no backslash")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError(f"must have no user and no password: {_NO_SECRET}")
    if scheme == "file" and (parts.netloc or not parts.path.strip("/")):
        raise ValueError("must be an absolute path, such as file:///mnt/logs")
    if scheme != "file" and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", parts.netloc):
        raise ValueError(f"must name a bucket, such as {scheme}://my-logs/app")
    if any(part in ("", ".", "..") for part in parts.path.strip("/").split("/")) and parts.path.strip("/"):
        raise ValueError("must have no empty part, `.` or `..` in its path")
    return url.rstrip("/")


def _endpoint(url: str) -> str:
    if not url:
        return url
    if "@" in url or "?" in url or "#" in url:
        raise ValueError(f"must be only a server's address: {_NO_SECRET}")
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+/?", url):
        raise ValueError("must be a server's address, such as https://oss-cn-hangzhou.aliyuncs.com")
    return url.rstrip("/")


def _into(folder: str) -> str:
    parts = folder.split("/")
    if any(part in ("", ".", "..") for part in parts) or _CONTROL.search(folder) or "\\" in folder:
        raise ValueError("must be a folder under landing/, such as sls/app")
    if any(has_ignored_name(part) for part in parts):
        raise ValueError("must not contain an ignored name: one that starts with . or _ or ends in .tmp or .part")
    return folder


def _prefix(prefix: str) -> str:
    if prefix.startswith("/") or _CONTROL.search(prefix) or any(p in (".", "..", "") for p in prefix.split("/")[:-1]):
        raise ValueError("must be the beginning of object names after the address, such as 2026-11 or app/")
    return prefix


_Url = Annotated[str, AfterValidator(bucket_url)]
_Whole = Annotated[int, Strict()]


class BucketPlace(BaseModel):
    """The endpoint and region of a bucket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        "", description="address of the server, for oss:// and for servers that speak S3"
    )
    region: str = Field("", pattern=r"^[a-z0-9-]*$", description="region of the bucket, for s3:// and oss://")


class FetchSettings(BucketPlace):
    """Objects of a bucket that each run downloads into a folder of landing."""

    url: Annotated[_Url, Field(min_length=1)] = Field(description="the bucket, or a folder in it")
    prefix: Annotated[str, AfterValidator(_prefix)] = Field("", description="only objects whose names begin with this")
    into: Annotated[str, AfterValidator(_into)] = Field(description="the folder under landing/ for the objects")
    since_days: _Whole = Field(0, ge=0, le=40_000, description="only objects written in the last so many days; 0: all")
    max_gb: _Whole = Field(100, ge=1, le=100_000, description="most GB that a run fetches")


class PublishSettings(BucketPlace):
    """The buckets that the site and the tables are copied to."""

    url: _Url = Field("", description="the bucket, or a folder in it, that the site is copied to")
    tables_url: _Url = Field(
        "", description="the bucket, or a folder in it, that the tables are copied to; it needs `tables`"
    )

    @model_validator(mode="after")
    def _each_has_its_own(self) -> "PublishSettings":
        if self.url and self.url.rstrip("/") == self.tables_url.rstrip("/"):
            raise ValueError("tables_url must not be url: give the tables a folder of their own")
        return self


def folders_of_their_own(fetches: tuple[FetchSettings, ...]) -> tuple[FetchSettings, ...]:
    """Return the settings unchanged if each of them downloads into a folder of its own.

    Raises:
        ValueError: two settings download into one folder, or one downloads into a folder within the other's.
    """
    folders = [f"{one.into.casefold()}/" for one in fetches]
    for place, one in enumerate(folders):
        if any(one.startswith(other) or other.startswith(one) for other in folders[:place]):
            raise ValueError(
                f"into = {fetches[place].into!r} is the folder of another [[fetch]], or contains it or is in it"
            )
    return fetches
