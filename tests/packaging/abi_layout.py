# SPDX-License-Identifier: MIT
"""Sizes and offsets of everything in include/maxwell/abi, by the C compiler, against the list of the last release.

    abi_layout.py CC INCLUDE LIST [--write]

A layout that changes needs a number of its own (MAXWELL_..._LAYOUT) and a line in docs/CHANGELOG.md; then --write.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

STRUCT = re.compile(r"struct (maxwell_\w+) \{(.*?)\n\};", re.S)
FIELD = re.compile(r"(\w+)(?:\[[^\]]*\])?;")
NUMBER = re.compile(r"^#define (MAXWELL_\w*LAYOUT)\b", re.M)


def program(include):
    """A C program that prints the layout."""
    headers = sorted(include.glob("maxwell/abi/*.h"))
    lines = ["#include <stddef.h>", "#include <stdio.h>"] + [f"#include <maxwell/abi/{h.name}>" for h in headers] + ["int main(void) {"]
    for header in headers:
        text = header.read_text(encoding="utf-8")
        for name in NUMBER.findall(text):
            lines.append(f'printf("{name} %u\\n", (unsigned){name});')
        for name, body in STRUCT.findall(text):
            lines.append(f'printf("{name} %zu aligned to %zu\\n", sizeof(struct {name}), (size_t)_Alignof(struct {name}));')
            for field in FIELD.findall(re.sub(r"/\*.*?\*/", "", body, flags=re.S)):
                lines.append(f'printf("  {field} at %zu, %zu bytes\\n", offsetof(struct {name}, {field}), '
                             f"sizeof(((struct {name}*)0)->{field}));")
    return "\n".join(lines + ["return 0; }"])


def main():
    if len(sys.argv) not in (4, 5):
        print(__doc__)
        return 2
    compiler, include, listed = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "layout.c"
        source.write_text(program(include), encoding="utf-8")
        subprocess.run([compiler, "-std=c11", "-I", str(include), str(source), "-o", f"{folder}/layout"], check=True)
        now = subprocess.run([f"{folder}/layout"], check=True, capture_output=True, text=True).stdout
    if len(sys.argv) == 5:
        listed.write_text(now, encoding="utf-8")
        return 0
    before = listed.read_text(encoding="utf-8")
    for line in sorted(set(before.splitlines()) ^ set(now.splitlines())):
        print(f"{'was' if line in before.splitlines() else 'is now'}: {line.strip()}")
    if before != now:
        print(f"the layouts of abi/ are not those of {listed.name}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
