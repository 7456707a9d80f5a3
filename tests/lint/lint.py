#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what compilers do not: who may include whom, sizes, partners, names, forbidden things.

usage: lint.py [ROOT]

Prints `path:line: [rule] what is wrong. What to do.` for each finding; exit code 1 when there is one.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import rules_code
import rules_tree
from tree import Tree

RULES = rules_tree.RULES + rules_code.RULES


def findings(root):
    """All findings as (path, line, rule, sentence), in order of path and line."""
    tree = Tree(root)
    found = []
    for rule in RULES:
        name = rule.__name__.replace("_", "-")
        found += [(path, line, name, sentence) for path, line, sentence in rule(tree)]
    return sorted(found), len(tree.paths)


def main():
    """Command line."""
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    found, files = findings(root)
    for path, line, rule, sentence in found:
        print(f"{path}:{line}: [{rule}] {sentence}")
    print(f"lint: {files} files, {len(RULES)} rules, {len(found)} findings")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
