#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every rule of the lint finds its violation in a small tree, and nothing else."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from cpp_source import functions, includes, string_literals
from lint import RULES, findings

LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"
HEADER = LICENCE + "#pragma once\n"
LONG_BODY = "    f();\n" * 60
REGISTRATION = 'JETSMITH_REGISTER(Model, "toy", Toy);\n'
CLEAN = {
    "CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nproject(x)  # without -ffast-math\n",
    "core/log.h": HEADER + "#include <string>\n",
    "core/log.cpp": LICENCE + '#include "core/log.h"\nvoid f() { std::cerr << 1; }\n',
    "core/config.h": HEADER + "#include <yaml-cpp/yaml.h>\n",
    "kernels/foo/foo_math.h": HEADER + "inline float half(float x) { return x / 2; }\n",
    "kernels/foo/foo.cu": LICENCE + '#include "kernels/foo/foo_math.h"\n',
    "datasets/file.cpp": LICENCE + '#include <hdf5.h>\n#include "core/log.h"\n',
    "models/toy.cpp": LICENCE + "// like JETSMITH_REGISTER(Model, \"other\", Other);\n" + REGISTRATION,
    "trainers/trainer.cpp": LICENCE + '#include "datasets/file.h"\nauto n = state["toy"];  // "toy"\n',
    "cli/run.cpp": LICENCE + 'void g() { std::cout << "toy model"; }\n',
    "configs/task/toy.yaml": "name: x\nmodel:\n  width: 3\n  type: toy\n",
    "tests/models/toy_test.cpp": LICENCE + "TEST(Toy, Runs)\n{\n    EXPECT_TRUE(run());\n}\n",
    "tests/kernels/foo_test.cpp": LICENCE + "TEST(Foo, Halves)\n{\n    expect_half(2);\n}\n",
    "benchmarks/kernels/foo_bench.cpp": LICENCE + '#include "kernels/foo/foo_math.h"\n',
    "scripts/go": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n",
    "docs/page.md": "Files lie in ~/data, see https://x.org/home/index.\n",
}
VIOLATIONS = [  # rule, path, new content (None: the file is removed), where it is reported
    ("file-size", "core/log.cpp", LICENCE + "\n" * 300, None),
    ("file-size", "kernels/foo/foo.cu", LICENCE + "\n" * 150, None),
    ("file-size", "configs/task/toy.yaml", CLEAN["configs/task/toy.yaml"] + "#\n" * 120, None),
    ("file-size", "CMakeLists.txt", CLEAN["CMakeLists.txt"] + "#\n" * 120, None),
    ("function-size", "core/log.cpp", LICENCE + "int f(int x)\n{\n" + LONG_BODY + "}\n", None),
    ("function-size", "core/log.cpp",
     LICENCE + "A::A(int x) : b_{x}\n{\n" + LONG_BODY + "}\n", None),
    ("function-size", "core/log.h",
     HEADER + "template <class T>\nclass A {\n  void f()\n{\n" + LONG_BODY + "}\n};\n", None),
    ("function-size", "scripts/go.py",
     "# SPDX-License-Identifier: Apache-2.0\ndef f():\n" + LONG_BODY, None),
    ("total-size", "datasets/big.bin", "\0" * 31_000_000, "."),
    ("unique-name", "cli/log.cpp", LICENCE, "core/log.cpp"),
    ("licence-line", "core/log.cpp", "\n" + LICENCE, None),
    ("licence-line", "scripts/go", "#!/bin/sh\n", None),
    ("machine-path", "docs/page.md", "See /ho" "me/somebody/data.\n", None),
    ("unfinished", "core/log.cpp", LICENCE + "// TO" "DO later\n", None),
    ("kernel-partner", "tests/kernels/foo_test.cpp", None, "kernels/foo"),
    ("kernel-partner", "benchmarks/kernels/foo_bench.cpp", None, "kernels/foo"),
    ("model-partner", "tests/models/toy_test.cpp", None, "models/toy.cpp"),
    ("model-partner", "configs/task/toy.yaml", "model: {type: other}\n", "models/toy.cpp"),
    ("include-direction", "core/log.cpp", LICENCE + '#include "kernels/foo/foo_math.h"\n', None),
    ("include-direction", "models/toy.cpp",
     LICENCE + '#include "datasets/file.h"\n' + REGISTRATION, None),
    ("include-direction", "datasets/file.cpp", LICENCE + '#include "models/toy.h"\n', None),
    ("include-direction", "core/log.cpp", LICENCE + '#include "log.h"\n', None),
    ("hdf5-place", "cli/run.cpp", LICENCE + "#include <hdf5.h>\n", None),
    ("whole-torch", "tests/models/toy_test.cpp", LICENCE + "#include <torch/torch.h>\n", None),
    ("cuda-source", "kernels/foo/foo.cu", LICENCE + "#include <ATen/ATen.h>\n", None),
    ("cuda-source", "kernels/foo/foo.cu", LICENCE + '#include "core/config.h"\n', None),
    ("header-guard", "core/log.h", LICENCE, None),
    ("terminal-output", "datasets/file.cpp", LICENCE + "void f() { std::cout << 1; }\n", None),
    ("terminal-output", "datasets/file.cpp", LICENCE + 'void f() { printf("x"); }\n', None),
    ("fast-math", "CMakeLists.txt", CLEAN["CMakeLists.txt"] + "add(-ffast-math)\n", None),
    ("component-name", "trainers/trainer.cpp", LICENCE + 'bool b = name == "toy";\n', None),
    ("component-name", "cli/run.cpp", LICENCE + 'auto m = make("toy");\n', None),
    ("empty-test", "tests/models/toy_test.cpp", LICENCE + "TEST(Toy, Runs)\n{\n    run();\n}\n", None),
]


def found_in(files):
    """(rule, path) of every finding in a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            place = os.path.join(root, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)
        return {(rule, path) for path, _, rule, _ in findings(root)[0]}


class Lint(unittest.TestCase):
    """The lint as a whole."""

    def test_a_clean_tree_has_no_findings(self):
        self.assertEqual(found_in(CLEAN), set())

    def test_each_violation_is_found_and_nothing_else(self):
        for rule, path, text, reported in VIOLATIONS:
            with self.subTest(rule=rule, path=path, text=(text or "removed")[:100]):
                files = {k: v for k, v in CLEAN.items() if k != path}
                if text is not None:
                    files[path] = text
                self.assertEqual(found_in(files), {(rule, reported or path)})

    def test_each_rule_has_a_violation_here(self):
        rules = {rule.__name__.replace("_", "-") for rule in RULES}
        self.assertEqual(rules, {rule for rule, *_ in VIOLATIONS})


class CppSource(unittest.TestCase):
    """The little that is known about C++."""

    def test_braces_in_comments_strings_and_characters_do_not_count(self):
        code = 'void f()\n{\n    g("}{", \'}\', R"x(}})x");  // }\n    /* } */ int n = 1\'000;\n}\n'
        self.assertEqual(functions(code), [(1, 5)])

    def test_classes_namespaces_enums_and_tables_are_no_functions(self):
        code = ("namespace a {\nstruct B {\n  int x = 1;\n};\nenum class C { d, e };\n"
                "const int t[] = {1,\n 2};\n}\n")
        self.assertEqual(functions(code), [])

    def test_lambdas_and_loops_belong_to_their_function(self):
        code = "int f(int n)\n{\n    for (;;) { auto g = [] { return 1; }; }\n}\nint h() { return 2; }\n"
        self.assertEqual(functions(code), [(1, 4), (5, 1)])

    def test_commented_includes_are_ignored(self):
        code = '// #include "a.h"\n#include "b.h"\n  # include <c.h>\n'
        self.assertEqual(includes(code), [(2, "b.h", True), (3, "c.h", False)])

    def test_commented_strings_are_ignored(self):
        self.assertEqual(string_literals('f("a"); // "b"\nf("c\\"d");'), [(1, "a"), (2, 'c\\"d')])


if __name__ == "__main__":
    unittest.main()
