# SPDX-License-Identifier: Apache-2.0
"""One line of progress on stderr: redrawn on a terminal, else printed twice a minute."""
import sys
import time


class Progress:
    """Counts rows towards a total."""

    def __init__(self, title, total):
        self._title, self._total = title, total
        self._start = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._interval = 0.5 if self._terminal else 30.0

    def update(self, done):
        """Draws when enough time has passed, and when all is done."""
        now = time.monotonic()
        if done < self._total and now - self._last < self._interval:
            return
        self._last = now
        line = self._line(done, now - self._start)
        if self._terminal:
            print(f"\r\033[K{line}", end="\n" if done == self._total else "", file=sys.stderr,
                  flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def _line(self, done, elapsed):
        rate = done / elapsed if elapsed > 0 else 0.0
        end = f"{elapsed:.0f} s"
        if done < self._total:
            end = f"{(self._total - done) / rate:.0f} s left" if rate > 0 else "..."
        return f"{self._title}: {done}/{self._total} ({100 * done // self._total} %), {rate:.1f}/s, {end}"
