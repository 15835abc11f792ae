"""Describes errors of buckets in texts for users. The libraries' own texts are not shown, as they can contain signed
addresses and parts of keys.
"""

import re

from pipelines.common.text import Bilingual

# The error code of S3 and compatible servers: a word, never a value.
_CODE = re.compile(r"<Code>([A-Za-z]{3,60})</Code>")
_NO_ROLE = re.compile(
    r"169\.254\.|metadata\.google|Missing\w*Credentials|MissingAccount|CredentialsNotLoaded", re.IGNORECASE
)
_REFUSED = re.compile(r"status code: 40[13]\b")
# The error of a folder that is used as a bucket.
_NO_RIGHT = "Permission denied (os error 13)"
_AWAY = re.compile(
    r"status code: 5\d\d\b|error sending request|connect|timed? ?out|reset by|closed|dns|incomplete|end of file|decod",
    re.IGNORECASE,
)


class BucketError(Exception):
    """A bucket or object that could not be used. `is_unavailable`: the whole bucket is affected, not one object."""

    def __init__(self, words: Bilingual, *, is_unavailable: bool = False) -> None:
        super().__init__(words.en)
        self.words, self.is_unavailable = words, is_unavailable


class ObjectGoneError(BucketError):
    """An object that does not exist in an existing bucket."""


class ObjectChangedError(BucketError):
    """An object that changed after it was listed."""


def as_bucket_error(error: BaseException) -> BucketError:
    """Convert an error of a library to a `BucketError` with a text for users."""
    if isinstance(error, BucketError):
        return error
    text, kind = str(error), type(error).__name__
    found = _CODE.search(text)
    code = f" ({found[1]})" if found else ""
    if "NoSuchBucket" in text:
        return BucketError(Bilingual("没有这个存储空间", "the bucket does not exist"), is_unavailable=True)
    if _NO_ROLE.search(text):
        return BucketError(
            Bilingual("环境变量中没有访问密钥", "the environment has no credentials for it"), is_unavailable=True
        )
    if found and found[1] == "InvalidObjectState":
        # An archived object fails with the same status as a wrong key, but other objects of the bucket are readable.
        return BucketError(Bilingual("已归档：请先在存储空间中解冻", "it is archived: restore it in the bucket"))
    if kind in ("UnauthenticatedError", "PermissionDeniedError", "PermissionError") or _REFUSED.search(text):
        return BucketError(
            Bilingual(f"访问密钥被拒绝，或没有所需权限{code}", f"the key is wrong, or has no right to it{code}"),
            is_unavailable=kind != "PermissionError",
        )
    if _NO_RIGHT in text:
        return BucketError(Bilingual("没有读写它的权限", "authmeter has no right to read or write it"))
    if isinstance(error, FileNotFoundError) or kind == "NotFoundError":
        return ObjectGoneError(Bilingual("没有找到", "not found"))
    if kind in ("PreconditionError", "NotModifiedError"):
        return ObjectChangedError(Bilingual("内容有变化", "it changed"))
    if _AWAY.search(text):
        return BucketError(
            Bilingual("无法连接，或连接中断", "it cannot be reached, or the connection broke"), is_unavailable=True
        )
    return BucketError(Bilingual(f"访问出错：{kind}{code}", f"it answered with an error: {kind}{code}"))
