"""What servers of the tests take from this machine: a folder in memory, free ports."""

import contextlib
import shutil
import socket
from pathlib import Path


def memory() -> Path | None:
    """A folder in memory where there is room: fsync stays on and costs little. Else the usual place."""
    found = Path("/dev/shm")
    return found if found.is_dir() and shutil.disk_usage(found).free > 2**30 else None


def free_ports(count: int) -> list[int]:
    """So many ports of 127.0.0.1 that nobody uses now, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
