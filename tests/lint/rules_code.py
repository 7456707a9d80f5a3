# SPDX-License-Identifier: Apache-2.0
"""Rules about code: include direction, output, flags, names of components."""
import re

from cpp_source import bare_code, includes, line_of, string_literals, without_comments
from rules_tree import registrations

MAY_INCLUDE = {
    "core": "",
    "kernels": "core",
    "datasets": "core",
    "inputs": "core kernels datasets",
    "models": "core kernels",
    "analysis": "core kernels datasets inputs",
    "trainers": "core kernels datasets inputs models analysis",
    "cli": "core kernels datasets inputs models analysis trainers",
}
FOLDERS = set(MAY_INCLUDE) | {"tests", "benchmarks"}
NO_TORCH = re.compile(r"^(torch|ATen|c10|yaml-cpp)/")


def include_direction(tree):
    """Dependencies point one way."""
    for path in tree.cpp(*MAY_INCLUDE):
        folder = path.split("/")[0]
        allowed = set(MAY_INCLUDE[folder].split()) | {folder}
        for line, name, quoted in includes(tree.text(path)):
            target = name.split("/")[0]
            if target in FOLDERS and target not in allowed:
                yield path, line, (f"{folder}/ must not include {name} (it may include "
                                   f"{', '.join(sorted(allowed))}). Move the shared part down.")
            elif quoted and target not in FOLDERS:
                yield path, line, f'"{name}" is not a path from the root, such as "core/config.h".'


def hdf5_place(tree):
    """HDF5 is known to datasets/ alone."""
    for path in tree.cpp(*MAY_INCLUDE):
        for line, name, _ in includes(tree.text(path)):
            version_only = name == "H5public.h"
            if re.match(r"(hdf5|H5\w*)\.h$", name) and not version_only \
                    and not path.startswith("datasets/"):
                yield path, line, f"{name} outside datasets/. Read and write files through datasets/."


def whole_torch(tree):
    """Headers that pull in all of torch cost 10 to 25 s a file."""
    for path in tree.cpp():
        for line, name, _ in includes(tree.text(path)):
            if re.match(r"torch/(torch|all|extension)\.h$", name):
                yield path, line, f"{name} costs 10 s a file. Include the narrow headers."


def cuda_source(tree):
    """nvcc sees neither torch nor YAML, not even through a header of ours."""
    for path in tree.named(".cu", ".cuh"):
        for line, name, _ in includes(tree.text(path)):
            for seen in _closure(tree, name):
                if NO_TORCH.match(seen):
                    yield path, line, f"{name} brings <{seen}> to nvcc. Use plain scalars and pointers."
                    break


def _closure(tree, name):
    """This header and everything that our headers include from there."""
    seen, waiting = [], [name]
    while waiting:
        header = waiting.pop()
        if header in seen:
            continue
        seen.append(header)
        if header in tree.paths:
            waiting += [other for _, other, _ in includes(tree.text(header))]
    return seen


def header_guard(tree):
    """One way to guard headers."""
    for path in tree.cpp(*FOLDERS):
        if path.endswith((".h", ".cuh")) and not re.search(r"^#pragma once$", tree.text(path),
                                                           re.MULTILINE):
            yield path, 1, "#pragma once is missing."


def terminal_output(tree):
    """The terminal belongs to the verbs, the log and the progress bar."""
    pattern = re.compile(r"\bstd::(cout|cerr|clog)\b|(?<![\w:])(std::)?(printf|puts|putchar)\s*\("
                         r"|\bfprintf\s*\(\s*std(out|err)|\bfmt::print(ln)?\s*\(\s*(std(out|err)|\")")
    for path in tree.cpp(*(set(MAY_INCLUDE) - {"cli"})):
        if re.match(r"core/(log|progress)\w*\.", path):
            continue
        code = without_comments(tree.text(path))
        for m in pattern.finditer(code):
            yield path, line_of(code, m.start()), "writes to the terminal. Use core/log.h."


def fast_math(tree):
    """Comparisons with NaN must stay what they are."""
    pattern = re.compile(r"-Ofast|-ffast-math|use_fast_math|-funsafe-math|-ffinite-math|fast-math")
    cmake = [p for p in tree.paths if p.endswith(("CMakeLists.txt", ".cmake", "CMakePresets.json"))]
    for path in cmake:
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if pattern.search(line.split("#")[0]):
                yield path, number, "a fast-math flag. It breaks the NaN checks."
    for path in tree.cpp():
        code = without_comments(tree.text(path))
        for m in re.finditer(r"^\s*#\s*pragma[^\n]*(fast-math|Ofast)|\boptimize\(\"[^\"]*fast", code,
                             re.MULTILINE):
            yield path, line_of(code, m.start()), "a fast-math flag. It breaks the NaN checks."


def component_name(tree):
    """trainers/ and cli/ work for every component, so that they name none.

    A key of a document, such as state["step"] or state.at("step"), is no name of a component.
    """
    places = {}
    for path, _, _, name in registrations(tree):
        places.setdefault(name, set()).add(path)
    for path in tree.cpp("trainers", "cli"):
        text = tree.text(path)
        lines = text.split("\n")
        for line, value in string_literals(text):
            here = lines[line - 1]
            is_key = f'["{value}"]' in here or f'.at("{value}")' in here
            if value in places and path not in places[value] and not is_key:
                if "lint: not a component" not in here:
                    yield path, line, (f'"{value}" is the name of a component. Ask the registry, or '
                                       "end the line with '// lint: not a component'.")


def empty_test(tree):
    """A test that expects nothing cannot fail."""
    start = re.compile(r"^(TEST|TEST_F|TEST_P|TYPED_TEST)\s*\(([^)]*)\)\s*\{", re.MULTILINE)
    for path in tree.cpp("tests"):
        code = bare_code(tree.text(path))
        for m in start.finditer(code):
            end = re.compile(r"^\}", re.MULTILINE).search(code, m.end())
            body = code[m.end():end.start() if end else len(code)]
            if not re.search(r"\b(EXPECT|ASSERT|ADD_FAILURE|FAIL|SUCCEED)\w*|\b[a-z_]*(expect|check|assert)\w*\s*\(",
                             body):
                yield path, line_of(code, m.start()), f"the test {m[2]} expects nothing."


RULES = [include_direction, hdf5_place, whole_torch, cuda_source, header_guard, terminal_output,
         fast_math, component_name, empty_test]
