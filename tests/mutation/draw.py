#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random mutants: faults of one token in the kernel-safe headers, drawn by a seed, against the fastest tests of their area.

    draw.py SEED [--count N] [--area AREA]... [--jobs N] [--root ROOT] [--work DIR]

Prints progress, every survivor, and the score. The exit code is 1 if a mutant survived. draw.json says which headers make up an
area and which programs test it, the fastest first; a program runs against the mutants of the headers that it includes. A survivor is
a gap in the tests, unless no test can tell it from the library: then it stands in equal.txt with its reason and isn't counted.

Not drawn: comments, prefetches, static_assert, MAXWELL_ASSERT, check_invariants, template headers and what does not compile. Nor whether
equality counts where a comparison picks one of its own two sides, as in `a < b ? a : b`. Of a table of more than 64 numbers every
32nd is drawn, so that tables don't crowd out the code.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import time

from named import blocks
from switches import Mutant, body_of, function_bodies, partner, tokens, write_alone, write_tree

SWAPS = {
    "<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "==": ["!="], "!=": ["=="],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "&&": ["||"], "||": ["&&"], "&": ["|"], "|": ["&"], "^": ["&"],
    "<<": [">>"], ">>": ["<<"], "++": ["--"], "--": ["++"], "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
    "<<=": [">>="], ">>=": ["<<="], "true": ["false"], "false": ["true"],
}
# What the sanitizers' runs of the tests notice too.
TRAPS = ["-fsanitize=bounds,shift,signed-integer-overflow,integer-divide-by-zero", "-fsanitize-undefined-trap-on-error"]
UNARY = {"!", "~", "-"}
CHANGES_SOMETHING = re.compile(r"(\+\+|--|[^=!<>]=[^=]|\w\()")
NO_STATEMENT = re.compile(r"^(return|constexpr|const|auto|static|static_assert|using|if|else|for|while|do|switch|case|MAXWELL_ASSERT)\b")


def spared(ts):
    """The indices of the numbers in long tables that aren't drawn."""
    found, run = set(), []
    for i, t in enumerate(ts):
        if t.kind == "number":
            run.append(i)
        elif t.text not in (",", "{", "}"):
            if len(run) > 64:
                found |= {k for n, k in enumerate(run) if n % 32}
            run = []
    return found


def run_of(ts, i, step, ends):
    """The texts of ts from i on in steps of 1 or -1, up to one of `ends` outside brackets, and where that one stands."""
    out, depth = [], 0
    opening, closing = ("([{", ")]}") if step == 1 else (")]}", "([{")
    while 0 <= i < len(ts):
        t = ts[i].text
        if depth == 0 and (t in ends or t in closing):
            break
        depth += (t in opening) - (t in closing)
        out.append(t)
        i += step
    return out[::step], i


def bare(texts):
    """Without a cast around all of it."""
    if texts[:1] == ["static_cast"] and "(" in texts and texts[-1] == ")":
        return texts[texts.index("(") + 1:-1]
    return texts


def is_clamp(ts, i):
    """Does the comparison at ts[i] pick one of its own two sides? Then it makes no difference whether equality counts."""
    ends = {";", ",", "?", ":", "=", "return", "&&", "||"}
    left, _ = run_of(ts, i - 1, -1, ends)
    right, k = run_of(ts, i + 1, 1, ends)
    if k >= len(ts) or not left or not right:
        return False
    if ts[k].text == "?":
        one, k = run_of(ts, k + 1, 1, {":", "?", ";"})
        if k >= len(ts) or ts[k].text != ":":
            return False
        other, k = run_of(ts, k + 1, 1, {";", ",", "?", "<", ">"})
        return sorted([bare(one), bare(other)]) == sorted([left, right])
    if ts[k].text != ")":
        return False
    then, k = run_of(ts, k + 1, 1, {";"})
    if then == left + ["="] + right:
        return True
    after, _ = run_of(ts, k + 1, 1, {";", "?", "<", ">"})
    return then == ["return"] + right and after[:1] == ["return"] and bare(after[1:]) == left


def faults(file, text):
    """All mutants of one header that can be drawn."""
    bodies = function_bodies(text)
    checked = [(b, e) for name, b, e in bodies if name == "check_invariants"]
    ts = tokens(text)
    # What the compiler judges and what only debug builds run, over as many lines as it takes.
    said = [(ts[i].begin, ts[partner(ts, i + 1)].end) for i in range(len(ts) - 1)
            if ts[i].text in ("static_assert", "_Static_assert", "MAXWELL_ASSERT") and ts[i + 1].text == "("]
    left_out = spared(ts)
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
        if t.kind == "number" and i not in left_out and re.fullmatch(r"\d+u?", t.text):
            value = int(t.text.rstrip("u"))
            add(t.begin, t.end, str(value + 1))
            if value > 0:
                add(t.begin, t.end, str(value - 1))
        elif t.text in SWAPS and (before == after == " " or t.text in ("++", "--", "true", "false")):
            for new in SWAPS[t.text]:
                if {t.text, new} in ({"<", "<="}, {">", ">="}) and is_clamp(ts, i):
                    continue
                add(t.begin, t.end, new)
        elif t.text in UNARY and after not in (" ", "\n") and before in (" ", "("):
            add(t.begin, t.end, "")
        elif t.text == "if" and i + 1 < len(ts) and ts[i + 1].text == "(" and "constexpr" not in text[t.begin:ts[i + 1].begin]:
            add(ts[i + 1].end, ts[i + 1].end, "false && ")

    def counts(m):
        if any(b <= m.begin < e for b, e in said):
            return False
        line = text[text.rfind("\n", 0, m.begin) + 1:text.find("\n", m.end)]
        if re.search(r"static_assert|MAXWELL_ASSERT|^\s*(#|template|requires|concept|friend)|\boperator\b|prefetch|\bnoexcept\(", line):
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
    def __init__(self, name, spec, root, work, jobs):
        self.jobs = jobs
        self.name, self.root, self.include, self.work = name, root, root / "include", work / name
        self.headers = sorted({h.relative_to(self.include / "maxwell").as_posix() for pattern in spec["headers"]
                               for h in (self.include / "maxwell").glob(pattern)})
        self.programs = [[self.root / "tests" / s for s in p.split()] for p in spec["programs"]]
        self.libraries = spec.get("libraries", "").split()
        self.text = {h: (self.include / "maxwell" / h).read_text() for h in self.headers}
        self.limit_s = {}
        self.included = {}

    def side_by_side(self, f, items):
        """f of each of the items, as many at once as there are jobs, in their order."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return list(pool.map(f, items))

    def headers_of(self, sources):
        """Which headers of the library a program includes."""
        done = self.compile(sources, self.include, None, "-M")
        return set(re.findall(r"maxwell/((?:\w+/)*\w+\.h(?:pp)?)\b", done.stdout))

    def programs_for(self, mutant, programs):
        return [(p, s) for p, s in programs if mutant.file in self.included[p]]

    def compile(self, sources, folder, output, *extra):
        gtest = [] if all("_checks" in s.name for s in sources) else ["-lgtest", "-lgtest_main", "-pthread"]
        command = [os.environ.get("CXX", "c++"), "-std=c++20", "-O1", "-w", "-D_GLIBCXX_ASSERTIONS", *TRAPS, f"-I{folder}",
                   f"-I{self.include}", f"-I{self.root / 'tests'}", *extra]
        for s in sources:
            command += ["-x", "c" if s.suffix == ".c" else "c++", str(s)]
        command += ["-x", "none"]
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
            wrong = set()
            for done in self.side_by_side(lambda p: self.compile(p, tree, None, "-fsyntax-only"), self.programs):
                if done.returncode == 0:
                    continue
                for said in (r"error", r"  required from"):  # where it is written, else what asked for it
                    own = {n for file, line in re.findall(rf"^(\S+?):(\d+):(?:\d+:)? {said}", done.stderr, re.MULTILINE)
                           for n, (path, first, last) in where.items()
                           if pathlib.Path(file) == path and first <= int(line) <= last}
                    if own:
                        break
                else:
                    sys.exit(f"{self.name}: does not compile, and no mutant's line is at fault:\n{done.stderr[:2000]}")
                wrong |= own
            if not wrong:
                break
            invalid |= wrong

        def made(sources):
            program = self.work / f"{self.programs.index(sources)}_{sources[0].stem}"
            done = self.compile(sources, tree, program)
            if done.returncode:
                sys.exit(f"{self.name}: {sources[0].name} does not compile:\n{done.stderr[:2000]}")
            self.included[program] = self.headers_of(sources)
            return program

        programs = list(zip(self.side_by_side(made, self.programs), self.programs))
        for program, sources in programs:
            begun = time.monotonic()
            if self.noticed(program, 0, 300):
                sys.exit(f"{sources[0].name} refuses the library itself")
            self.limit_s[program] = 5 + 10 * (time.monotonic() - begun)
        return sorted(programs, key=lambda p: self.limit_s[p[0]]), invalid

    def survives_alone(self, mutant, number, programs):
        """Compiled alone, as the compiler too would evaluate it. None where it doesn't compile."""
        folder = self.work / f"alone_{number}"
        write_alone(folder, self.include, mutant)
        try:
            for program, sources in programs:
                alone = folder / program.name
                done = self.compile(sources, folder, alone)
                if done.returncode:
                    return False if re.search("static assertion failed|non-constant condition", done.stderr) else None
                if self.noticed(alone, 0, self.limit_s[program]):
                    return False
            return True
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def outcome(self, mutant, number, programs):
        """killed, survived, or invalid."""
        own = self.programs_for(mutant, programs)
        if body_of(mutant, function_bodies(self.text[mutant.file])):
            if any(self.noticed(p, number, self.limit_s[p]) for p, _ in own):
                return "killed"
        alive = self.survives_alone(mutant, number, own)
        return "invalid" if alive is None else "survived" if alive else "killed"


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def judge(area, drawn, equal, say):
    """How many were killed, survived, are listed as equal or don't compile."""
    area.work.mkdir(parents=True, exist_ok=True)
    count = collections.Counter()
    known = []
    numbered = []
    for n, m in drawn:
        (known if (m.file, *shown(m, area.text[m.file])) in equal else numbered).append((n, m))
    count["equal"] = len(known)
    programs, invalid = area.build(numbered)

    so_far = []

    def judged(entry):
        n, m = entry
        result = "invalid" if n in invalid else area.outcome(m, n, programs)
        if result == "survived":
            old, new = shown(m, area.text[m.file])
            say(f"survived: {m.file}:{line_number(m, area.text[m.file])}\n  old: {old}\n  new: {new}")
        so_far.append(result)
        if len(so_far) % 25 == 0:
            say(f"{area.name}: {so_far.count('killed')} of the first {len(so_far) - so_far.count('invalid')} killed, {len(numbered)} drawn")
        return result

    count.update(area.side_by_side(judged, numbered))
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--count", type=int, default=500, help="mutants of all areas together (500); 0: only look whether equal.txt is up to date")
    parser.add_argument("--area", action="append", help="only this area; can be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once (as many as cores)")
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

    areas = {name: Area(name, spec, root, work, args.jobs) for name, spec in specs.items() if not args.area or name in args.area}
    pool = [(name, m) for name, area in areas.items() for h in area.headers for m in faults(h, area.text[h])]
    stale = equal - {(m.file, *shown(m, areas[name].text[m.file])) for name, m in pool}
    if stale and not args.area:
        sys.exit("equal.txt names what can't be drawn any more:\n" + "\n".join(f"{f}: {old}" for f, old, _ in sorted(stale)))
    if args.count == 0:
        say(f"{len(pool)} mutants can be drawn, {len(equal)} of them listed as equal")
        return
    random.Random(args.seed).shuffle(pool)
    drawn = list(enumerate(pool[:args.count], 1))

    total, begun = collections.Counter(), time.monotonic()
    for name, area in areas.items():
        own = [(n, m) for n, (a, m) in drawn if a == name]
        if not own:
            continue
        count = judge(area, own, equal, say)
        total += count
        say(f"{name}: " + ", ".join(f"{count[k]} {k}" for k in ("killed", "survived", "equal", "invalid")))
    judged = total["killed"] + total["survived"]
    if judged == 0:
        sys.exit("no mutant was drawn that compiles")
    say(f"seed {args.seed}: {total['killed']} of {judged} killed, {100 * total['killed'] / judged:.1f} %; "
        f"{total['equal']} listed as equal, {total['invalid']} that do not compile; "
        f"{(time.monotonic() - begun) / 60:.0f} minutes")
    sys.exit(1 if total["survived"] else 0)


if __name__ == "__main__":
    main()
