# SPDX-License-Identifier: MIT
"""Writes everything kernel-safe of Maxwell into one header, comments kept. `./run amalgamate` is how it is called.

A header stands where it is first included, so the floors come in order: abi and core, then auction, ring and thermal, then market.
"""

import argparse
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
OWN = re.compile(r'^\s*#\s*include\s*[<"](maxwell/[^>"]+)[>"]')
SYSTEM = re.compile(r'^\s*#\s*include\s*<[^>]+>')
CONDITION = re.compile(r'^\s*#\s*(if|ifdef|ifndef|endif)\b')

TOP = """// SPDX-License-Identifier: MIT
//
// Maxwell {version} in one header: all that is kernel-safe. Made from include/maxwell by `./run amalgamate`; edit that, not this.

#pragma once
"""


class Missing(Exception):
    """One sentence for the person who called."""


class Amalgam:
    def __init__(self, include):
        self.include = include
        self.own, self.system, self.lines = set(), set(), []

    def add(self, name):
        """A header and, before its own text, those that it includes."""
        if name in self.own:
            return
        self.own.add(name)
        path = self.include / name
        try:
            text = path.read_text(encoding="utf-8").splitlines()
        except OSError as why:
            raise Missing(f"there is no {path}") from why
        depth = 0
        body = []
        for line in text:
            condition = CONDITION.match(line)
            if condition:
                depth += -1 if condition[1] == "endif" else 1
            own = OWN.match(line)
            if own:
                if depth > self.guard(text):
                    raise Missing(f"{path} includes {own[1]} under a condition, which one header can't keep")
                self.add(own[1])
            elif line.strip() in ("#pragma once", "// SPDX-License-Identifier: MIT", "/* SPDX-License-Identifier: MIT */"):
                continue
            elif SYSTEM.match(line) and depth <= self.guard(text):
                if line.strip() not in self.system:
                    self.system.add(line.strip())
                    body.append(line)
            else:
                body.append(line)
        self.lines += ["", f"// --- {name} ---"]
        self.lines += [re.sub("^( {4})+", lambda m: "\t" * (len(m[0]) // 4), line) for line in body]  # a twelfth shorter

    @staticmethod
    def guard(text):
        """1 for a header that guards itself in C's way, so that what stands within its guard is unconditional."""
        return 1 if any(re.match(r"^\s*#\s*ifndef MAXWELL_\w+_H\b", line) for line in text) else 0


def version(root):
    found = re.search(r"project\(maxwell VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text(encoding="utf-8"))
    if not found:
        raise Missing(f"{root / 'CMakeLists.txt'} names no version")
    return found[1]


def amalgamate(root):
    amalgam = Amalgam(root / "include")
    amalgam.add("maxwell/maxwell.hpp")
    text = "\n".join(amalgam.lines)
    return TOP.format(version=version(root)) + re.sub(r"\n{3,}", "\n\n", text) + "\n", len(amalgam.own)


def main():
    parser = argparse.ArgumentParser(prog="./run amalgamate", description="Writes build/single/maxwell.hpp.")
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parent.parent, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, default=None, help="the file to write (build/single/maxwell.hpp)")
    asked = parser.parse_args()
    out = asked.out or asked.root / "build" / "single" / "maxwell.hpp"
    try:
        text, headers = amalgamate(asked.root)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except Missing as why:
        print(f"amalgamate: {why}.", file=sys.stderr)
        return 2
    except OSError as why:
        print(f"amalgamate: can't write {out}: {why.strerror}.", file=sys.stderr)
        return 2
    print(f"{out}: {headers} headers, {len(text) / 1000:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
