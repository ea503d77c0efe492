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
# Functions that are inlined always, with a copy for each mutant, into each other: copies of copies.
NO_COPIES = ["-Dalways_inline=unused"]
# What the sanitizers' runs of the tests notice too.
TRAPS = ["-fsanitize=bounds-strict,shift,signed-integer-overflow,integer-divide-by-zero", "-fsanitize-undefined-trap-on-error"]
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
        after = text[text.find("\n", m.end) + 1:].split("\n", 1)[0]
        if "prefetch" in after and re.match(r"\s*(for|if) \(.*\)$", line):
            return False
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
        sources = [[self.root / "tests" / s for s in p.split()] for p in spec["programs"]]
        self.sources = {self.work / f"{i}_{s[0].stem}": s for i, s in enumerate(sources)}
        self.programs = list(self.sources)
        self.libraries = spec.get("libraries", "").split()
        self.text = {h: (self.include / "maxwell" / h).read_text() for h in self.headers}
        self.limit_s = {}
        self.compile_s = {}
        self.included = {}

    def side_by_side(self, f, items):
        """f of each of the items, as many at once as there are jobs, in their order."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return list(pool.map(f, items))

    def headers_of(self, sources):
        """Which headers of the library a program includes."""
        done = self.compile(sources, self.include, None, "-M")
        return set(re.findall(r"maxwell/((?:\w+/)*\w+\.h(?:pp)?)\b", done.stdout))

    def can_switch(self, mutant):
        return body_of(mutant, function_bodies(self.text[mutant.file])) is not None

    def programs_for(self, mutant, programs):
        return [p for p in programs if mutant.file in self.included[p]]

    def compile(self, sources, folder, output, *extra):
        gtest = [] if all("_checks" in s.name for s in sources) else ["-lgtest", "-lgtest_main", "-pthread"]
        command = [os.environ.get("CXX", "c++"), "-std=c++20", "-O1", "-w", "-D_GLIBCXX_ASSERTIONS", *TRAPS, *NO_COPIES, f"-I{folder}",
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

    def at_fault(self, stderr, where):
        """The mutants in whose lines the compiler says an error is: where it is written, else what asked for it."""
        for said in (r"error", r"  required from"):
            own = {n for file, line in re.findall(rf"^(\S+?):(\d+):(?:\d+:)? {said}", stderr, re.MULTILINE)
                   for n, (path, first, last) in where.items() if pathlib.Path(file) == path and first <= int(line) <= last}
            if own:
                return own
        sys.exit(f"{self.name}: does not compile, and no mutant's line is at fault:\n{stderr[:2000]}")

    def build(self, programs, numbered):
        """Compiles the programs with all these mutants but those that don't compile. Returns their numbers."""
        tree = self.work / "tree"
        invalid = set()

        def made(program, output):
            begun = time.monotonic()
            done = self.compile(self.sources[program], tree, *([program] if output else [None, "-fsyntax-only"]))
            self.compile_s[program] = time.monotonic() - begun
            return done

        output = bool(self.limit_s)  # the first attempt of all rarely compiles, so it only looks
        while True:
            subprocess.run(["rm", "-rf", str(tree)], check=True)
            where, _ = write_tree(tree, self.include, [(n, m) for n, m in numbered if n not in invalid])
            attempts = self.side_by_side(lambda p: made(p, output), programs)
            wrong = set().union(*(self.at_fault(done.stderr, where) for done in attempts if done.returncode))
            if output and not wrong:
                break
            invalid |= wrong
            output = True
        for program in programs:
            begun = time.monotonic()
            if self.noticed(program, 0, 300):
                sys.exit(f"{program.name} refuses the library itself")
            self.limit_s[program] = 5 + 10 * (time.monotonic() - begun)
        return invalid

    def stages(self):
        """The programs in the order in which they are tried: the mutation checks together, then each of the others."""
        fast = [p for p in self.programs if "_checks" in p.name]
        return [fast] + [[p] for p in self.programs if p not in fast]

    def survives_alone(self, mutant, number, programs):
        """Compiled alone, as the compiler too would evaluate it. None where it doesn't compile."""
        folder = self.work / f"alone_{number}"
        write_alone(folder, self.include, mutant)
        try:
            for program in sorted(programs, key=lambda p: ("_checks" not in p.name, self.compile_s.get(p, 1e9))):
                alone = folder / program.name
                done = self.compile(self.sources[program], folder, alone)
                if done.returncode:
                    return False if re.search("static assertion failed|non-constant condition", done.stderr) else None
                if self.noticed(alone, 0, self.limit_s.get(program, 300)):
                    return False
            return True
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def survives_switched(self, mutant, number, programs):
        return not any(self.noticed(p, number, self.limit_s[p]) for p in self.programs_for(mutant, programs))

    def constants(self, numbered):
        """{number: the programs in which the compiler evaluates that mutant, so that no switch can choose it}."""
        found = {n: [] for n, _ in numbered}

        def look(program):
            suspects = {n for n, m in numbered if m.file in self.included[program]}
            while suspects:
                done = self.compile(self.sources[program], self.work / "tree", None, "-fsyntax-only", "-fno-diagnostics-show-caret",
                                    f"-DMAXWELL_MUTANT_SUSPECTS={','.join(map(str, sorted(suspects)))}")
                if done.returncode == 0:
                    return
                named = suspects & {int(n) for n in re.findall(r"maxwell_mutant\((\d+)\)", done.stderr)} or set(suspects)
                for n in named:
                    found[n].append(program)
                suspects -= named

        self.side_by_side(look, self.programs)
        return found


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def judge(area, drawn, equal, say):
    """How many were killed, survived, are listed as equal or don't compile."""
    area.work.mkdir(parents=True, exist_ok=True)
    area.included = dict(zip(area.programs, area.side_by_side(area.headers_of, area.sources.values())))
    unseen = {m.file for _, m in drawn} - set().union(*area.included.values())
    if unseen:
        sys.exit(f"{area.name}: no program of draw.json includes {', '.join(sorted(unseen))}")
    count = collections.Counter()
    known = []
    numbered = []
    for n, m in drawn:
        (known if (m.file, *shown(m, area.text[m.file])) in equal else numbered).append((n, m))
    count["equal"] = len(known)
    inside = [(n, m) for n, m in numbered if area.can_switch(m)]
    outside = [(n, m) for n, m in numbered if not area.can_switch(m)]
    for programs in area.stages():
        programs = [p for p in programs if any(area.programs_for(m, [p]) for _, m in inside)]
        if not programs:
            continue
        invalid = area.build(programs, inside)
        count["invalid"] += len(invalid)
        tried = [(n, m) for n, m in inside if n not in invalid]
        lives = area.side_by_side(lambda e: area.survives_switched(e[1], e[0], programs), tried)
        inside = [e for e, yes in zip(tried, lives) if yes]
        count["killed"] += len(tried) - len(inside)
        say(f"{area.name}: {len(inside)} of {len(tried)} live after {', '.join(p.name for p in programs)}")
        for n, m in inside:
            say(f"  {m.file}:{line_number(m, area.text[m.file])}  {shown(m, area.text[m.file])[1]}")
    to_run = {n: area.programs_for(m, area.programs) for n, m in outside} | area.constants(inside)

    def second(entry):
        n, m = entry
        alive = area.survives_alone(m, n, to_run[n])
        if alive:
            old, new = shown(m, area.text[m.file])
            say(f"survived: {m.file}:{line_number(m, area.text[m.file])}\n  old: {old}\n  new: {new}")
        return "invalid" if alive is None else "survived" if alive else "killed"

    count.update(area.side_by_side(second, inside + outside))
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
