# SPDX-License-Identifier: MIT
"""Puts measured figures into a Markdown text.

A figure is written with its key behind it, which nobody sees who reads the page:

    takes 23.7<!--[[quantum/tournament_tree/1000/mean]]--> ns

A commit's number can be such a figure too. A table stands between two marks. Its first line says what it is made of:

    <!--[[cases quantum/uniform/mean: stratified_buckets, tournament_tree=winner tree]]-->
    <!--[[panel market/quantum; TITLE: COLUMN=HEAD, COLUMN, ...]]-->         all columns if none is named
    <!--[[audit NAME=SHOWN, NAME, ...]]-->                                    claims of the audit: what was tried, and what was found
    <!--[[machine]]-->                                                       where the benchmark ran, as a sentence
    <!--[[goals]]-->                                                         the benchmark's goals: how many are met, and those missed
    ...
    <!--[[end]]-->
"""

import re

from results import Missing, figure

FIGURE = re.compile(r"([+-]?[0-9][0-9.,]*|[0-9a-f]{7,40}|-)<!--\[\[([^\]]+)\]\]-->")
TABLE = re.compile(r"(<!--\[\[(cases|panel|audit|machine|goals) ?([^\]]*)\]\]-->\n)(.*?)(<!--\[\[end\]\]-->)", re.S)
MARK = re.compile(r"(?m)^<!--\[\[[^\]]*\]\]-->\n|<!--\[\[[^\]]*\]\]-->")


def fill(text, results):
    """The text with every figure and table as the results have it."""
    text = TABLE.sub(lambda m: m[1] + "\n" + _table(m[2], m[3], results) + "\n" + m[5], text)
    text = FIGURE.sub(lambda m: f"{results.text(m[2].strip())}<!--[[{m[2]}]]-->", text)
    left = [mark for mark in MARK.findall(FIGURE.sub("", TABLE.sub("", text)))]
    if left:
        raise Missing(f"no figure stands before {left[0].strip()}, or its table has no end")
    return text


def plain(text):
    """The text without the marks."""
    return MARK.sub("", text)


def unfilled(text):
    """The text without what was filled in, and without code: what a person wrote by hand."""
    text = FIGURE.sub(" ", TABLE.sub("\n", text))
    text = re.sub(r"(?ms)^```.*?^```", "", text)
    text = re.sub(r"(?m)^ {4}.*$", "", text)
    return re.sub(r"`[^`]*`", "", text)


def _table(kind, spec, results):
    return {"cases": _cases, "panel": _panel, "audit": _audit, "machine": _machine, "goals": _goals}[kind](spec, results)


def _audit(spec, results):
    claims = {claim["name"]: claim for claim in results.files.get("audit.json", {}).get("claims", [])}
    rows = []
    for name, shown in map(_named, spec.split(",")):
        if name not in claims:
            raise Missing(f"the audit has no claim '{name}'")
        claim = claims[name]
        controls = ", ".join(f"{100 * c['against'] / c['cases']:.2g} %" for c in claim["controls"]) or "-"
        rows.append([shown.replace("_", " "), claim["tried"], f"{claim['cases']:,}", f"{claim['against']:,}", controls])
    return _rows(["rule", "tried", "cases", "against", "controls: against, of their cases"], rows)


def _machine(_, results):
    where = results.context()
    return (f"The benchmark ran on {where['cpu']}, {where['num_cpus']} cores, {where['kernel']}; {where['compiler']}, "
            f"`{where['compile_flags']}`; commit {where['git_commit']}, {where['date']}; load {where['load_before']} before and "
            f"{where['load_after']} after. A timer pair costs {where['timer_floor_ns']:.1f} ns, which all percentiles contain.\n")


def _goals(_, results):
    goals = results.files.get("bench.json", {}).get("goals", [])
    if not goals:
        raise Missing(f"no file in {results.folder} has goals of the benchmark")
    met, missed = ([g for g in goals if g["verdict"] == verdict] for verdict in ("met", "MISSED"))
    rows = [[g["structure"], g["goal"].replace("|", "/"), g["measured"]] for g in missed]
    return (f"Of {len(goals)} goals {len(met)} are met, {len(missed)} missed, and {len(goals) - len(met) - len(missed)} were not measured, "
            f"for lack of a peer or of cores at that distance. Missed:\n\n" + _rows(["structure", "goal", "measured"], rows))


def _rows(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def _named(item):
    name, _, shown = item.strip().partition("=")
    return name, shown or name


def _cases(spec, results):
    what, _, names = spec.partition(":")
    workload, distribution, field = what.strip().split("/")
    agents = (10, 100, 1000, 10000)
    rows = []
    for name, shown in map(_named, names.split(",")):
        values = [results.number(workload, name, distribution, n, field) for n in agents]
        if all(v is None for v in values):
            raise Missing(f"the results have no '{workload}/{name}/{distribution}'")
        rows.append([shown] + ["-" if v is None else figure(v) for v in values])
    return _rows([""] + [f"{n:,}" for n in agents], rows)


def _panel(spec, results):
    what, _, names = spec.partition(":")
    panel, _, title = what.partition(";")
    table = results.table(panel.strip(), title.strip())
    columns = [_named(n) for n in names.split(",")] if names.strip() else [(h, h) for h in table["head"]]
    for name, _ in columns:
        if name not in table["head"]:
            raise Missing(f"the table '{table['title']}' has no column '{name}'")
    at = [table["head"].index(name) for name, _ in columns]
    return _rows([shown for _, shown in columns], [[row[i] for i in at] for row in table["rows"]])


MEASURED = re.compile(r"(?<![\w.,])(\.?\d[\d.,]*(?:(?: to |/| / | or )\d[\d.,]*)*)(?: ?(ns|us|%|times|MHz)| (x)(?! \d))(?!\w)")


def measured(text):
    """What looks like a measured figure and was written by hand: `12.5 ns`, `3 %`, `2.2 times`."""
    return [f"{number} {unit or x}" for number, unit, x in MEASURED.findall(re.sub(r"\s+", " ", unfilled(text)))]


def constants(path):
    """Figures that were not measured here: a line `FIGURE | SOURCE` each."""
    listed = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, source = line.partition("|")
            if not source.strip():
                raise Missing(f"{path} names no source for '{name.strip()}'")
            listed[name.strip()] = source.strip()
    return listed
