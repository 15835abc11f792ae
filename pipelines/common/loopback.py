"""Ports on loopback: whoever serves something gets one, or an error at once where it is taken.

Lives here: the address and the port. Does not belong here: what is served there (`serving/`, `scheduler_process.py`).
"""

import socket

from pipelines.common.errors import AuthmeterError

LOOPBACK = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A socket that listens on a port of loopback; 0 takes any free one.

    Raises:
        AuthmeterError: the port is taken, or not this user's to have.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A port that was served a moment ago may be taken at once.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise AuthmeterError(
            f"Port {port} cannot be had: {error.strerror}.",
            where="--port",
            do="Give another port, or end what listens there.",
        ) from None
    return listener


def require_free(port: int) -> None:
    """Refuses a port that a program to be started could not have.

    Raises:
        AuthmeterError: as `listen`.
    """
    listen(port).close()
