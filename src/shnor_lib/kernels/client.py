"""Stands in the place of a kernel: asks the server for a fork and ends when the fork ends.

Jupyter starts, watches, interrupts and kills a process; the kernel itself is a child of the
server. This small process hands over what it was started with (arguments, folder, environment,
standard streams), passes interrupts on and ends with the kernel's exit status. If it is killed,
its connection closes and the server kills the kernel.

Run as a file with ``python -I -S``: nothing but the standard library, a few milliseconds.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys


def main(address: str, arguments: list[str]) -> int:
    """Run one kernel.

    Parameters
    ----------
    address
        Path of the server's socket.
    arguments
        Of the kernel: ``-f``, its connection file and whatever Jupyter adds.

    Returns
    -------
    int
        Exit status of the kernel; 1 if the server is gone.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        # Not pathlib: importing it would take longer than all the rest of this process.
        folder = os.getcwd()  # noqa: PTH109
        request = {"arguments": arguments, "cwd": folder, "environment": dict(os.environ)}
        body = json.dumps(request).encode()
        header = len(body).to_bytes(8, "big")
        socket.send_fds(connection, [header], [0, 1, 2])
        connection.sendall(body)
        with connection.makefile("r", encoding="ascii") as answers:
            started = answers.readline()
            if not started:
                return 1
            kernel = int(started)

            def forward(number: int, _frame: object) -> None:
                os.kill(kernel, number)

            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, forward)
            ended = answers.readline()
    return int(ended) if ended else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
