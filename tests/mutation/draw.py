#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random mutants: faults of one token in the kernel-safe headers, drawn by a seed, against the fastest tests of their area.

    draw.py SEED [--count N] [--area AREA]... [--root ROOT] [--work DIR]

Prints progress, every survivor, and the score. The exit code is 1 if a mutant survived. draw.json says which headers make up an
area and which programs test it. A survivor is a gap in the tests, unless no test can tell it from the library: then it stands in
equal.txt with its reason and isn't counted.

Not drawn: comments, static_assert, MAXWELL_ASSERT, check_invariants, template headers and what does not compile.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import time

from named import blocks
from switches import Mutant, body_of, function_bodies, tokens, write_alone, write_tree

SWAPS = {
    "<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "==": ["!="], "!=": ["=="],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "&&": ["||"], "||": ["&&"], "&": ["|"], "|": ["&"], "^": ["&"],
    "<<": [">>"], ">>": ["<<"], "++": ["--"], "--": ["++"], "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
    "<<=": [">>="], ">>=": ["<<="], "true": ["false"], "false": ["true"],
}
UNARY = {"!", "~", "-"}
CHANGES_SOMETHING = re.compile(r"(\+\+|--|[^=!<>]=[^=]|\w\()")
NO_STATEMENT = re.compile(r"^(return|constexpr|const|auto|static|static_assert|using|if|else|for|while|do|switch|case|MAXWELL_ASSERT)\b")


def faults(file, text):
    """All mutants of one header that can be drawn."""
    bodies = function_bodies(text)
    checked = [(b, e) for name, b, e in bodies if name == "check_invariants"]
    ts = tokens(text)
    found, statement = [], 0

    def add(begin, end, new):
        found.append(Mutant(file, begin, end, new))

    for i, t in enumerate(ts):
        before, after = text[t.begin - 1:t.begin], text[t.end:t.end + 1]
        if t.text in (";", "{", "}"):
            body = text[ts[statement].begin:t.begin] if statement < i else ""
            inside = any(b <= ts[statement].begin < e for _, b, e in bodies)
            if t.text == ";" and inside and CHANGES_SOMETHING.search(body) and not NO_STATEMENT.match(body) \
                    and not re.match(r"^[\w:<>, ]+[&*]? \w+ ?[={;]", body):
                add(ts[statement].begin, t.begin, "")
            statement = i + 1
        if t.kind == "number" and re.fullmatch(r"\d+u?", t.text):
            value = int(t.text.rstrip("u"))
            add(t.begin, t.end, str(value + 1))
            if value > 0:
                add(t.begin, t.end, str(value - 1))
        elif t.text in SWAPS and (before == after == " " or t.text in ("++", "--", "true", "false")):
            for new in SWAPS[t.text]:
                add(t.begin, t.end, new)
        elif t.text in UNARY and after not in (" ", "\n") and before in (" ", "("):
            add(t.begin, t.end, "")
        elif t.text == "if" and i + 1 < len(ts) and ts[i + 1].text == "(" and "constexpr" not in text[t.begin:ts[i + 1].begin]:
            add(ts[i + 1].end, ts[i + 1].end, "false && ")

    def counts(m):
        line = text[text.rfind("\n", 0, m.begin) + 1:text.find("\n", m.end)]
        if re.search(r"static_assert|MAXWELL_ASSERT|^\s*(#|template|requires|concept|friend)|\boperator\b|\bnoexcept\(", line):
            return False
        return not any(b <= m.begin < e for b, e in checked)

    return [m for m in found if counts(m)]


def line_number(mutant, text):
    return text.count("\n", 0, mutant.begin) + 1


def shown(mutant, text):
    """The changed lines before and after, each as one line without indentation: what equal.txt names."""
    begin, end = text.rfind("\n", 0, mutant.begin) + 1, text.find("\n", mutant.end)
    old = text[begin:end]
    new = text[begin:mutant.begin] + mutant.new + text[mutant.end:end]
    return " ".join(old.split()), " ".join(new.split())


class Area:
    def __init__(self, name, spec, root, work):
        self.name, self.root, self.include, self.work = name, root, root / "include", work / name
        self.headers = sorted({h.relative_to(self.include / "maxwell").as_posix() for pattern in spec["headers"]
                               for h in (self.include / "maxwell").glob(pattern)})
        self.programs = [[self.root / "tests" / s for s in p.split()] for p in spec["programs"]]
        self.libraries = spec.get("libraries", "").split()
        self.text = {h: (self.include / "maxwell" / h).read_text() for h in self.headers}
        self.limit_s = {}

    def compile(self, sources, folder, output, *extra):
        gtest = [] if all("_checks" in s.name for s in sources) else ["-lgtest", "-lgtest_main", "-pthread"]
        command = [os.environ.get("CXX", "c++"), "-std=c++20", "-O1", "-w", "-D_GLIBCXX_ASSERTIONS", f"-I{folder}",
                   f"-I{self.include}", f"-I{self.root / 'tests'}", *extra, *[str(s) for s in sources]]
        if output:
            command += ["-o", str(output), *gtest, *self.libraries]
        return subprocess.run(command, capture_output=True, text=True, errors="replace")

    def noticed(self, program, number, limit_s):
        """Why the mutant is killed, or None."""
        try:
            done = subprocess.run([str(program)] + ([] if "_checks" in program.name else ["--gtest_brief=1", "--gtest_fail_fast"]),
                                  env={**os.environ, "MAXWELL_MUTANT": str(number), "MAXWELL_TEST_SCALE": "small"},
                                  capture_output=True, timeout=limit_s, preexec_fn=bounded)
        except subprocess.TimeoutExpired:
            return "no end"
        return f"exit {done.returncode}" if done.returncode else None

    def build(self, numbered):
        """The programs with all mutants, without those that don't compile: [(program path)], the numbers that do."""
        tree = self.work / "tree"
        invalid = set()
        for attempt in range(12):
            subprocess.run(["rm", "-rf", str(tree)], check=True)
            kept = [(n, m) for n, m in numbered if n not in invalid]
            where, _ = write_tree(tree, self.include, kept)
            wrong, output = set(), ""
            for sources in self.programs:
                done = self.compile(sources, tree, None, "-fsyntax-only")
                if done.returncode:
                    output = done.stderr
                    for said in (r"error", r"  required from"):  # where it is written, else what asked for it
                        for file, line in re.findall(rf"^(\S+?):(\d+):(?:\d+:)? {said}", done.stderr, re.MULTILINE):
                            wrong |= {n for n, (path, first, last) in where.items()
                                      if pathlib.Path(file) == path and first <= int(line) <= last}
                        if wrong:
                            break
                    if not wrong:
                        sys.exit(f"{self.name}: does not compile, and no mutant's line is at fault:\n{output[:2000]}")
                    break
            if not wrong:
                break
            invalid |= wrong
        programs = []
        for k, sources in enumerate(self.programs):
            program = self.work / f"{k}_{sources[0].stem}"
            done = self.compile(sources, tree, program)
            if done.returncode:
                sys.exit(f"{self.name}: {sources[0].name} does not compile:\n{done.stderr[:2000]}")
            begun = time.monotonic()
            if self.noticed(program, 0, 300):
                sys.exit(f"{sources[0].name} refuses the library itself")
            self.limit_s[program] = 5 + 10 * (time.monotonic() - begun)
            programs.append((time.monotonic() - begun, program, sources))
        return [p[1:] for p in sorted(programs, key=lambda p: p[0])], invalid

    def survives_alone(self, mutant, programs):
        """Compiled alone, as the compiler too would evaluate it. None where it doesn't compile."""
        folder = self.work / "alone"
        subprocess.run(["rm", "-rf", str(folder)], check=True)
        write_alone(folder, self.include, mutant)
        for program, sources in programs:
            alone = self.work / ("alone_" + program.name)
            done = self.compile(sources, folder, alone)
            if done.returncode:
                return False if "static assertion failed" in done.stderr else None
            if self.noticed(alone, 0, self.limit_s[program]):
                return False
        return True


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def judge(area, drawn, equal, say):
    """Counts of killed, equal, invalid, and the survivors."""
    area.work.mkdir(parents=True, exist_ok=True)
    count, survivors = collections.Counter(), []
    known = []
    numbered = []
    for n, m in drawn:
        (known if (m.file, *shown(m, area.text[m.file])) in equal else numbered).append((n, m))
    count["equal"] = len(known)
    programs, invalid = area.build(numbered)
    for done, (n, m) in enumerate(numbered, 1):
        if n in invalid:
            count["invalid"] += 1
            continue
        reason = None
        if body_of(m, function_bodies(area.text[m.file])):
            reason = next((r for p, _ in programs if (r := area.noticed(p, n, area.limit_s[p]))), None)
        if reason is None:
            alive = area.survives_alone(m, programs)
            if alive is None:
                count["invalid"] += 1
                continue
            reason = None if alive else "alone"
        if reason:
            count["killed"] += 1
        else:
            count["survived"] += 1
            survivors.append(m)
            old, new = shown(m, area.text[m.file])
            say(f"survived: {m.file}:{line_number(m, area.text[m.file])}\n  old: {old}\n  new: {new}")
        if done % 25 == 0:
            say(f"{area.name}: {done} of {len(numbered)}")
    return count, survivors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--count", type=int, default=500, help="mutants of all areas together (500); 0: only look whether equal.txt is up to date")
    parser.add_argument("--area", action="append", help="only this area; can be repeated")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/mutants"))
    args = parser.parse_args()
    root, work = args.root.resolve(), args.work.resolve()
    say = lambda text: print(text, flush=True)

    here = root / "tests" / "mutation"
    specs = json.loads((here / "draw.json").read_text())
    unknown = set(args.area or []) - specs.keys()
    if unknown:
        print(f"draw.py: there is no area {', '.join(sorted(unknown))}; there are {', '.join(specs)}.", file=sys.stderr)
        sys.exit(2)
    equal = set()
    if (here / "equal.txt").exists():
        equal = {(e["file"], e["old"], e["new"]) for e in blocks(here / "equal.txt")}

    areas = {name: Area(name, spec, root, work) for name, spec in specs.items() if not args.area or name in args.area}
    pool = [(name, m) for name, area in areas.items() for h in area.headers for m in faults(h, area.text[h])]
    stale = equal - {(m.file, *shown(m, areas[name].text[m.file])) for name, m in pool}
    if stale and not args.area:
        sys.exit("equal.txt names what can't be drawn any more:\n" + "\n".join(f"{f}: {old}" for f, old, _ in sorted(stale)))
    if args.count == 0:
        say(f"{len(pool)} mutants can be drawn, {len(equal)} of them listed as equal")
        return
    random.Random(args.seed).shuffle(pool)
    drawn = list(enumerate(pool[:args.count], 1))

    total = collections.Counter()
    for name, area in areas.items():
        own = [(n, m) for n, (a, m) in drawn if a == name]
        if not own:
            continue
        count, _ = judge(area, own, equal, say)
        total += count
        say(f"{name}: " + ", ".join(f"{count[k]} {k}" for k in ("killed", "survived", "equal", "invalid")))
    judged = total["killed"] + total["survived"]
    if judged == 0:
        sys.exit("no mutant was drawn that compiles")
    say(f"seed {args.seed}: {total['killed']} of {judged} killed, {100 * total['killed'] / judged:.1f} %; "
        f"{total['equal']} listed as equal, {total['invalid']} that do not compile")
    sys.exit(1 if total["survived"] else 0)


if __name__ == "__main__":
    main()
