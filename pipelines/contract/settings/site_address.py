"""The setting `site_url`: the address under which the site is served."""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_WANTED: Final = (
    "must be the address of the site, http:// or https://, without user, query and fragment, such as "
    "https://reports.example.com/authmeter"
)
# Characters before which chat programs would end the link.
_NOT_IN_LINKS: Final = r"[\s\\<>\"'`()\[\]{}|^]"


def site_address(text: str) -> str:
    """Check the address of the site, and return it without a slash at its end. It may be empty.

    Raises:
        ValueError: the text is not an address of http or https; or it has a user, a query, a fragment, or a character
            that ends a link in chat programs, such as a blank.
    """
    if not text:
        return text
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(_WANTED) from None
    is_plain = not ("@" in parts.netloc or "?" in text or "#" in text or re.search(_NOT_IN_LINKS, text))
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port or not is_plain:
        raise ValueError(_WANTED)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
