# SPDX-License-Identifier: Apache-2.0
"""The files that the lint looks at."""
import os
import subprocess

_NEVER = {".git", ".deps", "build", "runs", ".bundle", "__pycache__"}
_CPP = (".h", ".cpp", ".cu", ".cuh")


class Tree:
    """Paths relative to the root, with '/' as separator, and their texts."""

    def __init__(self, root):
        self.root = root
        self.paths = sorted(_git_files(root) or _walk(root))
        self._texts = {}

    def text(self, path):
        """Content; None for what is not text."""
        if path not in self._texts:
            with open(os.path.join(self.root, path), "rb") as file:
                data = file.read()
            binary = b"\0" in data[:8192]
            self._texts[path] = None if binary else data.decode("utf-8", errors="replace")
        return self._texts[path]

    def cpp(self, *folders):
        """C++ and CUDA files, of these top-level folders only when some are named."""
        return [p for p in self.paths if p.endswith(_CPP)
                and (not folders or p.split("/")[0] in folders)]

    def named(self, *endings):
        """Files whose path ends so."""
        return [p for p in self.paths if p.endswith(endings)]

    def scripts(self):
        """Python and shell files, also those without an ending."""
        return [p for p in self.paths if p.endswith((".py", ".sh")) or (self.text(p) or "")[:2] == "#!"]


def _git_files(root):
    """Tracked and new files, without what git ignores; None where this is no git checkout."""
    try:
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
                                capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return None
    if not os.path.exists(os.path.join(root, ".git")):
        return None  # a folder inside somebody else's checkout
    return {p for p in listed.split("\0") if p and os.path.isfile(os.path.join(root, p))}


def _walk(root):
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in _NEVER]
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
