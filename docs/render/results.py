# SPDX-License-Identifier: MIT
"""What was measured: docs/results/*.json, and the keys by which a text asks for it.

    quantum/tournament_tree/1000/p50                     a case of `./run bench`: WORKLOAD/STRUCTURE/AGENTS/FIELD, uniform bids
    quantum/tournament_tree/rising/1000/mean             the same with another distribution
    market/quantum; tree, 4 bids; p99                    a table of a panel: PANEL; ROW; COLUMN
    thermal/control; nominal; feed-forward; overshoot    with the beginning of a table's title where the panel has several
    audit.json; claims; lanes; share                     another JSON file: FILE; MEMBER; MEMBER; ...  A list's elements by number or by
                                                         name; `share` is the part of cases that were found against a claim, in %
    sim_patient.csv; 0.8; gumbel; over_offline           a summary of the simulator: the cells before the mean
    ratio quantum/rbtree/1000/mean : quantum/tree/1000/mean

A key that is not there is an error, never an empty place.
"""

import csv
import json
import pathlib

FIELDS = {"mean": "mean_ns", "p50": "p50_ns", "p99": "p99_ns", "p999": "p999_ns", "instructions": "instructions",
          "misses": "l1_misses", "bytes": "bytes_per_agent"}


class Missing(Exception):
    """One sentence for the person who called."""


def figure(value):
    """Three significant digits, and no more than the clock gives."""
    if value >= 1000:
        return f"{round(value, 2 - len(str(int(value))) + 1):,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


class Results:
    """All files of one folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = {}
        for path in sorted(self.folder.glob("*.json")):
            try:
                self.files[path.name] = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as why:
                raise Missing(f"{path} is not JSON: {why}") from why
        self.summaries = {}
        for path in sorted(self.folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            if not rows or "mean" not in rows[0]:
                raise Missing(f"{path} is no summary of ./run sim")
            at = rows[0].index("mean")
            self.summaries[path.name] = {tuple(row[:at]): float(row[at]) for row in rows[1:]}
        if not self.files:
            raise Missing(f"there are no results in {self.folder}; `./run docs --refresh` takes those of the last runs")
        self.cases, self.panels = {}, {}
        for content in self.files.values():
            if not isinstance(content, dict) or "benchmarks" not in content:
                continue
            for case in content["benchmarks"]:
                self.cases[(case["workload"], case["structure"], case["distribution"], case["agents"])] = case
            for panel in content.get("panels", []):
                self.panels[panel["name"]] = panel

    def context(self):
        """Where the benchmark ran."""
        for content in self.files.values():
            if isinstance(content, dict) and "benchmarks" in content:
                return content["context"]
        raise Missing(f"no file in {self.folder} is a report of `./run bench`")

    def number(self, workload, structure, distribution, agents, field):
        """A figure of a case, as a number; None: not measured."""
        case = self.cases.get((workload, structure, distribution, int(agents)))
        return None if case is None else case.get(FIELDS.get(field, field))

    def table(self, panel, title=""):
        """The first table of a panel whose title begins so."""
        if panel not in self.panels:
            raise Missing(f"the results have no panel '{panel}'")
        for table in self.panels[panel]["tables"]:
            if table["title"].startswith(title):
                return table
        raise Missing(f"panel '{panel}' has no table '{title}'")

    def text(self, key):
        """What stands in the text for a key."""
        if key.startswith("ratio "):
            over, _, under = key[len("ratio "):].partition(" : ")
            return f"{self._value(over.strip()) / self._value(under.strip()):.2f}"
        if ";" not in key:
            return figure(self._value(key))
        first, *rest = [part.strip() for part in key.split(";")]
        if first.endswith(".csv"):
            return self._mean(key, first, rest)
        return self._member(key, first, rest) if first.endswith(".json") else self._cell(key, first, rest)

    def mean(self, name, *cells):
        """A mean of a summary; None: not there."""
        return self.summaries.get(name, {}).get(cells)

    def _mean(self, key, name, cells):
        value = self.mean(name, *cells)
        if value is None:
            raise Missing(f"'{key}': {self.folder / name} has no such row" if name in self.summaries else
                          f"'{key}': there is no {self.folder / name}")
        return f"{value:.3f}" if abs(value) < 10 else figure(value)

    def _value(self, key):
        parts = key.split("/")
        if len(parts) == 4:
            parts.insert(2, "uniform")
        if len(parts) != 5 or not parts[3].isdigit():
            raise Missing(f"'{key}' is no key: WORKLOAD/STRUCTURE/AGENTS/FIELD, or PANEL; ROW; COLUMN")
        value = self.number(*parts)
        if value is None:
            raise Missing(f"the results have no '{key}'")
        return value

    def _cell(self, key, panel, rest):
        if len(rest) not in (2, 3):
            raise Missing(f"'{key}' is no key: PANEL; ROW; COLUMN, or PANEL; TITLE; ROW; COLUMN")
        table = self.table(panel, rest[0] if len(rest) == 3 else "")
        row, column = rest[-2:]
        found = [cells for cells in table["rows"] if cells[0] == row]
        if not found or column not in table["head"]:
            raise Missing(f"'{key}': the table '{table['title']}' has no such row or column")
        return found[0][table["head"].index(column)]

    def _member(self, key, name, rest):
        if name not in self.files:
            raise Missing(f"'{key}': there is no {self.folder / name}")
        value = self.files[name]
        for part in rest:
            try:
                if isinstance(value, list) and not part.isdigit():
                    value = {one["name"]: one for one in value}[part]
                elif part == "share" and "share" not in value:
                    value = f"{100 * value['against'] / value['cases']:.3g}"
                else:
                    value = value[int(part)] if isinstance(value, list) else value[part]
            except (KeyError, IndexError, ValueError, TypeError) as why:
                raise Missing(f"'{key}': {name} has no '{part}' there") from why
        if isinstance(value, (dict, list)):
            raise Missing(f"'{key}' is not a single value")
        if isinstance(value, float):
            if abs(value) >= 9999.5:
                return f"{value:,.0f}"
            return f"{value:.6f}" if 0 < abs(value) < 1e-4 else f"{value:,.4g}"  # never with an exponent
        return value if isinstance(value, str) else f"{value:,}"
