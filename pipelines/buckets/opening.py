"""Opens buckets with the credentials of the environment. obstore is imported lazily, as only runs with buckets need
it.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from pipelines.buckets.address import Address
from pipelines.buckets.failures import BucketError, as_bucket_error
from pipelines.common.text import Bilingual

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config, S3Credential
    from pyarrow.fs import S3FileSystem

_OSS_REGION = re.compile(r"\boss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$")
# Environment variables that the provider's own tools read, the ones of its command line first.
_OSS_KEYS = (
    ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"),
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
)
_NO_ENDPOINT = Bilingual(
    "未设置 endpoint，例如 https://oss-cn-hangzhou.aliyuncs.com",
    "`endpoint` is not set, for example https://oss-cn-hangzhou.aliyuncs.com",
)
_NO_KEY = Bilingual(
    "环境变量中没有 OSS_ACCESS_KEY_ID 和 OSS_ACCESS_KEY_SECRET",
    "OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET are not set in the environment",
)


def open_bucket(address: Address, *, may_make: bool = False) -> ObjectStore:
    """Open a bucket without a request; errors of the connection occur at the first request.

    Args:
        may_make: for `file` addresses, whether a missing folder is created.

    Raises:
        BucketError: a setting or credentials are missing, or the folder does not exist.
    """
    try:
        return _opened(address, may_make)
    except Exception as error:
        raise as_bucket_error(error) from error


def _opened(address: Address, may_make: bool) -> ObjectStore:
    from obstore.store import AzureStore, GCSStore, LocalStore, S3Store

    client, retry = _client(address), _retry()
    if address.scheme == "file":
        if not may_make and not os.path.isdir(address.base):
            raise BucketError(Bilingual("没有这个文件夹", "the folder does not exist"))
        return LocalStore(address.base, mkdir=may_make)
    if address.scheme == "gs":
        return GCSStore(address.bucket, client_options=client, retry_config=retry)
    if address.scheme == "az":
        return AzureStore(address.bucket, client_options=client, retry_config=retry)
    config: S3Config = {"region": region_of(address)} if address.region or address.endpoint else {}
    if address.scheme == "oss":
        key, secret, token = _oss_keys(address)
        config["endpoint"], config["virtual_hosted_style_request"] = _oss_server(address), is_by_host(address)

        # AWS variables of the environment, such as a session token, must not be used for OSS.
        def keys() -> S3Credential:
            return {"access_key_id": key, "secret_access_key": secret, "token": token, "expires_at": None}

        return S3Store(
            address.bucket, config=config, credential_provider=keys, client_options=client, retry_config=retry
        )
    if address.endpoint:
        config["endpoint"] = address.endpoint
    return S3Store(address.bucket, config=config, client_options=client, retry_config=retry)


def open_raw(address: Address) -> S3FileSystem:
    """Open a bucket with the S3 protocol by pyarrow, to list keys of any form; see `listing.py`."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    server = {}
    if address.endpoint:
        scheme, _, host = address.endpoint.partition("://")
        server = {"scheme": scheme, "endpoint_override": host}
    keys = (
        dict(zip(("access_key", "secret_key", "session_token"), _oss_keys(address), strict=True))
        if address.scheme == "oss"
        else {}
    )
    return S3FileSystem(
        **server, **keys, region=region_of(address), force_virtual_addressing=is_by_host(address), connect_timeout=10,
        request_timeout=60, retry_strategy=AwsStandardS3RetryStrategy(max_attempts=3),
        anonymous=os.environ.get("AWS_SKIP_SIGNATURE", "").lower() == "true",
    )  # fmt: skip


def region_of(address: Address) -> str:
    """Return a bucket's region: of the settings, an endpoint of OSS, or (S3 only) the environment, else `us-east-1`."""
    found = _OSS_REGION.search(address.endpoint)
    of_machine = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    return address.region or (found[1] if found else "us-east-1" if address.scheme == "oss" else of_machine)


def is_by_host(address: Address) -> bool:
    """Whether the name of the bucket is part of the host name in requests, as OSS requires."""
    return address.scheme == "oss" and address.endpoint.endswith(".aliyuncs.com")


def _oss_server(address: Address) -> str:
    if not is_by_host(address):
        return address.endpoint
    scheme, _, host = address.endpoint.partition("://")
    return f"{scheme}://{address.bucket}.{host}"


def _oss_keys(address: Address) -> tuple[str, str, str | None]:
    if not address.endpoint:
        raise BucketError(_NO_ENDPOINT)
    for names in _OSS_KEYS:
        key, secret, token = (os.environ.get(name) for name in names)
        if key and secret:
            return key, secret, token
    raise BucketError(_NO_KEY)


def _client(address: Address) -> ClientConfig:
    return {"timeout": "90s", "connect_timeout": "10s", "allow_http": address.endpoint.startswith("http://")}


def _retry() -> RetryConfig:
    return {
        "max_retries": 3,
        "retry_timeout": timedelta(seconds=30),
        "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
    }
