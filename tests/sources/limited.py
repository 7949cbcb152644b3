"""Open files in a process that may not take much memory: ``python -m tests.sources.limited FILE …``.

Prints one line of JSON per file: its name, codes of faults, seconds of processor time, megabytes
the process has grown to. A file that needs more memory than allowed ends the process.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from shnor_lib.sources.files.grid import open_file

ALLOWED = 300 * 1024**2


def main(paths: list[str]) -> None:
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ALLOWED, taken + ALLOWED))
    for name in paths:
        path = Path(name)
        print(json.dumps({"began": path.name}), flush=True)
        before = resource.getrusage(resource.RUSAGE_SELF)
        sheets, faults = open_file(path, path.name)
        after = resource.getrusage(resource.RUSAGE_SELF)
        print(
            json.dumps(
                {
                    "file": path.name,
                    "size": path.stat().st_size,
                    "codes": [fault.code for fault in faults],
                    "cells": [fault.cell for fault in faults],
                    "rows": [len(sheet.rows) for sheet in sheets],
                    "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                    "megabytes": after.ru_maxrss / 1024,
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
