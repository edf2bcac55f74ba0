"""The name service of these sessions: http://pump.test is the server under test, and nothing else exists.

The server's public address is on a default port, so that its people have `acct:` ids; the process
itself listens on some free loopback port. Everything else, https://pump.test included, is refused
as by a host where nothing listens: PyPump then falls back to plain http, as its manual says.
"""

import errno
import os
import socket


def install():
    """Resolves (pump.test, 80) to the loopback port in PUMP_TEST_PORT, and refuses all others."""
    listening_port = int(os.environ["PUMP_TEST_PORT"])

    def getaddrinfo(host, port, *_args, **_kwargs):
        if (host, port) != ("pump.test", 80):
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"nothing listens on {host}:{port}")
        address = ("127.0.0.1", listening_port)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)]

    socket.getaddrinfo = getaddrinfo
