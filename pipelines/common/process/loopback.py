"""Opens ports on loopback for servers; a taken port is an error at once."""

import socket

from pipelines.common.errors import AuthmeterError

LOOPBACK = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of loopback; 0 chooses any free one.

    Raises:
        AuthmeterError: the port is taken, or this user has no right to it.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A port that was closed a moment ago can be used at once.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise AuthmeterError(
            f"Port {port} cannot be opened: {error.strerror}.",
            where="--port",
            do="Give another port, or end the program that uses this one.",
        ) from None
    return listener


def require_free(port: int) -> None:
    """Check that a port is free for a program that is about to be started.

    Raises:
        AuthmeterError: the port is taken, or this user has no right to it.
    """
    listen(port).close()
