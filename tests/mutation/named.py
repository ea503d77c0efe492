#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Named mutants: those of AREA.txt, put into the library one at a time, must be noticed by AREA_checks.cpp.

    named.py tree AREA.txt INCLUDE OUT            writes the switched headers below OUT, for the build
    named.py run AREA.txt INCLUDE OUT NAME PROGRAM COMPILER...   runs PROGRAM, built with them, as the mutant NAME

`run none` requires that PROGRAM passes without a mutant. COMPILER..., with `-o` and the changed header's folder added, builds
the program again for a mutant that no switch can show.
"""

import os
import pathlib
import subprocess
import sys

from switches import Mutant, body_of, function_bodies, write_alone, write_tree

TIMEOUT_S = 60


def blocks(path):
    """The entries of a table: blocks of lines `key: value` between empty lines; \\n in a value is a line break."""
    for block in path.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            fields = (line.split(":", 1) for line in lines)
            yield {key: value.strip().replace("\\n", "\n") for key, value in fields}


def smallest(mutant, old):
    """The same mutant without what `old` and `new` have in common at their ends, which can lie outside the function's body."""
    front = len(os.path.commonprefix([old, mutant.new]))
    back = len(os.path.commonprefix([old[front:][::-1], mutant.new[front:][::-1]]))
    return Mutant(mutant.file, mutant.begin + front, mutant.end - back, mutant.new[front:len(mutant.new) - back], mutant.name,
                  mutant.why)


def read_table(path, include):
    """[(number, mutant)], numbered from 1. Each `old` occurs exactly once in its file."""
    found = []
    for entry in blocks(path):
        missing = {"mutant", "file", "old", "new", "why"} - entry.keys()
        if missing:
            sys.exit(f"{path.name}: an entry without {', '.join(sorted(missing))}: {entry}")
        header = include / "maxwell" / entry["file"]
        count = header.read_text().count(entry["old"]) if header.exists() else 0
        if count != 1:
            sys.exit(f"{path.name}: {entry['mutant']}: this text must occur once in {entry['file']}, not {count} times:\n"
                     f"{entry['old']}")
        begin = header.read_text().index(entry["old"])
        found.append(smallest(Mutant(entry["file"], begin, begin + len(entry["old"]), entry["new"], entry["mutant"], entry["why"]),
                              entry["old"]))
    names = [m.name for m in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"{path.name}: two mutants of one name: {', '.join(sorted(twice))}")
    return list(enumerate(found, 1))


def noticed(program, number):
    """What the program said when it failed, or None where it passed."""
    try:
        done = subprocess.run([program], env={**os.environ, "MAXWELL_MUTANT": str(number)}, capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"no end within {TIMEOUT_S} s"
    return f"{done.returncode} {done.stdout}{done.stderr}" if done.returncode != 0 else None


def noticed_alone(mutant, include, out, compiler):
    folder = out / "alone" / mutant.name
    write_alone(folder, include, mutant)
    program = folder / "checks"
    made = subprocess.run([*compiler, "-o", program, f"-I{folder}", f"-I{include}"], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"{mutant.name} does not compile:\n{made.stderr}")
    return noticed(program, 0)


def run(table, include, out, name, program, *compiler):
    if name == "none":
        said = noticed(program, 0)
        if said is not None:
            sys.exit(f"the checks refuse the library itself: {said}")
        return
    number, mutant = next((n, m) for n, m in table if m.name == name)
    text = (include / "maxwell" / mutant.file).read_text()
    said = noticed(program, number) if body_of(mutant, function_bodies(text)) else None
    if said is None:
        said = noticed_alone(mutant, include, out, compiler)
    if said is None:
        sys.exit(f"{name} survived: no check notices it, though it matters: {mutant.why}")
    print(f"{name} killed: {said}")


def main():
    word, path, include, out, *rest = sys.argv[1:]
    include, out = pathlib.Path(include), pathlib.Path(out)
    table = read_table(pathlib.Path(path), include)
    if word == "tree":
        write_tree(out, include, table)
    elif word == "run":
        run(table, include, out, *rest)
    else:
        sys.exit("named.py takes tree or run")


if __name__ == "__main__":
    main()
