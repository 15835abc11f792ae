"""Sends one alert through apprise, in a process of its own: `python -m pipelines.alert_sender`, JSON on stdin.

A process, so that a receiver that hangs can be ended with it, and so that nothing of an address, which holds a token,
gets into a log. On stdout it says which addresses are known and how many receivers took the message, and nothing else.
"""

import json
import logging
import os
import sys

import apprise


def main() -> None:
    """Reads `urls`, `title`, `body`, `is_bad` and `seconds`; prints `{"known": […], "delivered": …}`."""
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    receivers = apprise.Apprise()
    known = [bool(receivers.add(url)) for url in given["urls"]]
    result = any(known) and receivers.notify(
        given["body"], title=given["title"], body_format=apprise.NotifyFormat.TEXT, timeout=given["seconds"],
        notify_type=apprise.NotifyType.WARNING if given["is_bad"] else apprise.NotifyType.INFO,
    )  # fmt: skip
    delivered = sum(bool(one) for one in result) if result else 0
    # A receiver that hangs must not keep the process from its end.
    print(json.dumps({"known": known, "delivered": delivered}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
