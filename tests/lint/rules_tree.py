# SPDX-License-Identifier: Apache-2.0
"""Rules about files: sizes, names, partners, licence lines, paths of machines."""
import ast
import os
import re
from collections import defaultdict

from cpp_source import functions, line_of, without_comments

REGISTRATION = re.compile(r'\bJETSMITH_REGISTER\(\s*(\w+)\s*,\s*"([^"]+)"\s*,\s*(\w+)\s*\)')
SPDX = "SPDX-License-Identifier: Apache-2.0"
FUNCTION_LINES = 60
ALL_FILES_MB = 30


def registrations(tree):
    """(path, line, family, name) of every component."""
    for path in tree.cpp():
        code = without_comments(tree.text(path))
        for m in REGISTRATION.finditer(code):
            yield path, line_of(code, m.start()), m[1], m[2]


def file_size(tree):
    """Lines per file."""
    limits = [(path, 150 if path.endswith((".cu", ".cuh")) else 300) for path in tree.cpp()]
    limits += [(path, 300) for path in tree.scripts()]
    limits += [(path, 120) for path in tree.named(".yaml") if path.startswith("configs/")]
    limits += [(path, 120) for path in tree.paths if path == "CMakeLists.txt"]
    for path, limit in limits:
        lines = tree.text(path).count("\n")
        if lines > limit:
            yield path, lines, f"{lines} lines (at most {limit}). Split it where a reader would."


def function_size(tree):
    """Lines per function."""
    for path in tree.cpp():
        for line, length in functions(tree.text(path)):
            if length > FUNCTION_LINES:
                yield path, line, _too_long(length)
    for path in tree.named(".py"):
        for node in ast.walk(ast.parse(tree.text(path))):
            if isinstance(node, ast.FunctionDef):
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION_LINES:
                    yield path, node.lineno, _too_long(length)


def _too_long(length):
    return f"a function of {length} lines (at most {FUNCTION_LINES}). Give its steps names."


def total_size(tree):
    """Bytes of all files together."""
    total = sum(os.path.getsize(os.path.join(tree.root, path)) for path in tree.paths)
    if total > ALL_FILES_MB * 1e6:
        yield ".", 1, f"all files together have {total / 1e6:.1f} MB (at most {ALL_FILES_MB})."


def unique_name(tree):
    """No two source files share a name: it is how people speak of them."""
    places = defaultdict(list)
    for path in tree.cpp():
        places[path.split("/")[-1]].append(path)
    for name, paths in places.items():
        for path in paths[1:]:
            yield path, 1, f"the name {name} is taken by {paths[0]}. Choose another."


def licence_line(tree):
    """The licence stands first."""
    for path in tree.cpp():
        if not tree.text(path).startswith(f"// {SPDX}\n"):
            yield path, 1, f"the first line must be '// {SPDX}'."
    cmake = [p for p in tree.paths if p.split("/")[-1] == "CMakeLists.txt" or p.endswith(".cmake")]
    for path in tree.scripts() + cmake:
        if f"# {SPDX}" not in tree.text(path).split("\n")[:3]:
            yield path, 1, f"one of the first lines must be '# {SPDX}'."


def machine_path(tree):
    """No path that exists on one machine only."""
    pattern = re.compile(r"(?<![\w.~-])/(?:home|root|work|farm|Users)/\w")
    for path in tree.paths:
        for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
            if pattern.search(line):
                yield path, number, "an absolute path of one machine. Make it relative."


def unfinished(tree):
    """Nothing is left for later in the sources."""
    pattern = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    for path in tree.cpp() + tree.scripts():
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if pattern.search(line):
                yield path, number, "a note about unfinished work. Finish it, or open an issue."


def kernel_partner(tree):
    """A kernel comes with its test and its benchmark."""
    operations = sorted({p.split("/")[1] for p in tree.cpp("kernels") if p.count("/") > 1})
    for operation in operations:
        for partner in (f"tests/kernels/{operation}_test.cpp",
                        f"benchmarks/kernels/{operation}_bench.cpp"):
            if partner not in tree.paths:
                yield f"kernels/{operation}", 1, f"{partner} is missing."


def model_partner(tree):
    """A model comes with its test and a recipe."""
    recipes = [p for p in tree.named(".yaml")
               if p.startswith("configs/") and not p.startswith("configs/base/")]
    for path, line, family, name in registrations(tree):
        if family != "Model" or not path.startswith("models/"):
            continue
        stem = path[len("models/"):].removesuffix(".cpp")
        if f"tests/models/{stem}_test.cpp" not in tree.paths:
            yield path, line, f"tests/models/{stem}_test.cpp is missing."
        section = re.compile(rf"^model:\s*(?:\{{\s*|\n(?:[ \t].*\n)*?[ \t]+)type:\s*[\"']?{name}\b",
                             re.MULTILINE)
        if not any(section.search(tree.text(recipe)) for recipe in recipes):
            yield path, line, f"no recipe configs/<task>/*.yaml has model.type: {name}."


RULES = [file_size, function_size, total_size, unique_name, licence_line, machine_path, unfinished,
         kernel_partner, model_partner]
