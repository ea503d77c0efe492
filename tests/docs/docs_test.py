# SPDX-License-Identifier: MIT
"""The design document shows what docs/results say, no figure in it was written by hand, and `./run docs` refuses what it can't render."""

import contextlib
import importlib.util
import io
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "docs" / "render"))

import docs  # noqa: E402
import fill  # noqa: E402
import website  # noqa: E402
from results import Missing, Results  # noqa: E402

MATRIX = "**What its rule resists, by the audit**"
CAN_RENDER = (all(importlib.util.find_spec(m) for m in ("matplotlib", "weasyprint")) and shutil.which("pandoc"))

TEXT = """A quantum takes 1.0<!--[[quantum/tree/1000/mean]]--> ns, p99 1<!--[[one/panel; tree, 4 bids; p99]]-->.

<!--[[cases quantum/uniform/mean: tree=the tree]]-->
<!--[[end]]-->

<!--[[panel one/panel; A table: row, p99=tail]]-->
<!--[[end]]-->

<!--[[goals]]-->
<!--[[end]]-->

of commit 0f5fb19<!--[[bench.json; context; git_commit]]-->
"""


def results_in(folder, mean):
    case = {"workload": "quantum", "structure": "tree", "distribution": "uniform", "agents": 1000, "mean_ns": mean, "p50_ns": 20}
    panel = {"name": "one/panel", "charts": [],
             "tables": [{"title": "A table, ns", "head": ["row", "p50", "p99"], "rows": [["tree, 4 bids", "9", f"{mean * 2:.0f}"]]}]}
    goals = [{"structure": "tree", "goal": f"p{i}", "measured": f"{i} ns", "verdict": v} for i, v in enumerate(("met", "MISSED", "not measured"))]
    (folder / "bench.json").write_text(json.dumps({"benchmarks": [case], "panels": [panel], "goals": goals,
                                                   "context": {"git_commit": "5eedc0ffee12"}}))
    return Results(folder)


class Filling(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def test_a_changed_result_changes_the_text(self):
        first = fill.fill(TEXT, results_in(self.folder, 23.66))
        self.assertIn("takes 23.7<!--", first)
        self.assertIn("p99 47<!--", first)
        self.assertIn("| the tree | - | - | 23.7 | - |", first)
        self.assertIn("| row | tail |\n|---|---|\n| tree, 4 bids | 47 |", first)
        self.assertIn("Of 3 goals 1 are met, 1 missed, and 1 were not measured", first)
        self.assertIn("|---|---|---|\n| tree | p1 | 1 ns |\n", first)
        self.assertIn("of commit 5eedc0ffee12<!--", first)
        second = fill.fill(first, results_in(self.folder, 1234.0))
        self.assertIn("takes 1,230<!--", second)
        self.assertNotIn("23.7", second)
        self.assertEqual(second, fill.fill(second, Results(self.folder)))
        self.assertNotIn("[[", fill.plain(second))
        self.assertEqual(fill.plain("at 3<!--[[a]]-->\nof"), "at 3\nof")

    def test_ratios_and_other_files(self):
        results = results_in(self.folder, 10.0)
        (self.folder / "sim.json").write_text('{"welfare": {"tree": 0.9951, "name": "x"}, "runs": [1200]}')
        results = Results(self.folder)
        self.assertEqual(results.text("ratio quantum/tree/1000/p50 : quantum/tree/1000/mean"), "2.00")
        self.assertEqual(results.text("sim.json; runs; 0"), "1,200")
        self.assertEqual(results.text("sim.json; welfare; name"), "x")
        (self.folder / "audit.json").write_text('{"claims": [{"name": "lanes", "against": 1, "cases": 8, "worst": 2.5}, {"name": "small", "worst": 3.133e-05}, {"name": "large", "worst": 10055.0}]}')
        (self.folder / "sim_patient.csv").write_text("load,policy,metric,mean,half_width_95,seeds\n0.8,stride,jain,0.91234,0.1,5\n")
        results = Results(self.folder)
        self.assertEqual(results.text("audit.json; claims; lanes; share"), "12.5")
        self.assertEqual(results.text("audit.json; claims; small; worst"), "0.000031")
        self.assertEqual(results.text("audit.json; claims; large; worst"), "10,055")
        self.assertEqual(results.text("audit.json; claims; lanes; cases"), "8")
        self.assertEqual(results.text("sim_patient.csv; 0.8; stride; jain"), "0.912")
        for key in ("sim_patient.csv; 1; stride; jain", "sim_nobody.csv; jain", "audit.json; claims; bands; share"):
            with self.subTest(key), self.assertRaises(Missing):
                results.text(key)

    def test_an_unknown_key_is_refused(self):
        results = results_in(self.folder, 1.0)
        for key in ("quantum/tree/10/mean", "quantum/tree/1000/mode", "quantum/tree", "one/panel; tree; p99", "two/panel; a; b",
                    "one/panel; tree, 4 bids; p1", "none.json; a", "ratio quantum/tree/1000/mean : quantum/elm/1000/mean"):
            with self.subTest(key), self.assertRaises(Missing):
                results.text(key)
        for text in ("nothing<!--[[quantum/tree/1000/mean]]-->", "<!--[[cases quantum/uniform/mean: tree]]-->\nno end"):
            with self.subTest(text), self.assertRaises(Missing):
                fill.fill(text, results)


class Committed(unittest.TestCase):
    """What lies in the repository."""

    def test_the_pages_show_the_results(self):
        for name in docs.FILLED:
            with self.subTest(name):
                text = (ROOT / "docs" / name).read_text(encoding="utf-8")
                filled = fill.fill(text, Results(ROOT / "docs" / "results"))
                self.assertEqual(text, filled, "`./run docs --refresh` puts the results in")

    def test_what_the_matrix_says_of_incentives_comes_from_the_audit(self):
        text = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8")
        self.assertIn(MATRIX, text)
        rows = text.split(MATRIX)[1].split("\n\n")[1].splitlines()[2:]
        self.assertGreaterEqual(len(rows), 7)
        for row in rows:
            cells = [cell for cell in row.split("|")[2:-1]]
            for cell in cells:
                with self.subTest(row.split("|")[1].strip()):
                    self.assertNotRegex(fill.FIGURE.sub("", cell), r"\d", "written by hand")

    def test_lines_of_code_fit_the_page(self):
        for number, line in enumerate((ROOT / "docs" / "design.md").read_text(encoding="utf-8").splitlines(), 1):
            self.assertFalse(line.startswith("    ") and len(line) > 116, f"docs/design.md:{number} has {len(line)} characters")

    def test_no_measured_figure_was_written_by_hand(self):
        listed = fill.constants(ROOT / "docs" / "render" / "constants.txt")
        found, used = [], set()
        for name in ("docs/design.md", "README.md"):
            for figure in fill.measured((ROOT / name).read_text(encoding="utf-8")):
                used.add(figure)
                if figure not in listed:
                    found.append(f"{name}: {figure}")
        self.assertEqual(found, [], "neither filled in nor listed in docs/render/constants.txt with its source")
        self.assertEqual(set(listed) - used, set(), "listed, but written nowhere")

    def test_a_figure_written_by_hand_is_found(self):
        text = "It takes 12.3 ns, 4<!--[[a]]--> us and 5 % or 2.2 times; `7 ns`.\n\n    8 ns\n\n60 to 70 ns, 0.8\nus, 3 x; 33 x 33 knots; by .27 %"
        self.assertEqual(fill.measured(text), ["12.3 ns", "5 %", "2.2 times", "60 to 70 ns", "0.8 us", "3 x", ".27 %"])


class Refusing(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.root = pathlib.Path(held.name)
        (self.root / "docs" / "pictures").mkdir(parents=True)
        (self.root / "docs" / "results").mkdir()

    def run_docs(self, *arguments):
        """Exit code and what was said on stderr."""
        said = io.StringIO()
        before = sys.argv
        sys.argv = ["docs", "--root", str(self.root), *arguments]
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                code = docs.main()
        except SystemExit as stopped:
            code = stopped.code
        finally:
            sys.argv = before
        return code, said.getvalue()

    def refused(self, *arguments, because, code=2):
        got, said = self.run_docs(*arguments)
        self.assertEqual(got, code, said)
        self.assertRegex(said, r"^docs: [^\n]*" + because + r"[^\n]*\.\n$")

    def write(self, text):
        (self.root / "docs" / "design.md").write_text(text)

    def test_missing_or_damaged_results(self):
        self.write("text")
        self.refused(because="no results")
        (self.root / "docs" / "results" / "bench.json").write_text('{"benchmarks": [')
        self.refused(because="is not JSON")
        (self.root / "build" / "report").mkdir(parents=True)
        (self.root / "build" / "report" / "results.json").write_text("{")
        self.refused("--refresh", because="build/report/results.json is not JSON")

    def test_an_unknown_key_or_option(self):
        results_in(self.root / "docs" / "results", 1.0)
        self.write("1<!--[[quantum/elm/1000/mean]]-->")
        self.refused(because="quantum/elm/1000/mean")
        self.refused("--refesh", because="--refesh")

    @unittest.skipUnless(CAN_RENDER, "pandoc, weasyprint or matplotlib is missing")
    def test_pages_are_counted(self):
        shutil.copytree(ROOT / "docs" / "results", self.root / "docs" / "results", dirs_exist_ok=True)
        self.write("# Title\n\nShort.\n\n## 8. Appendices\n\nMore.\n")
        self.refused(because="the body has 1 pages", code=1)
        self.write("# Title\n\nno heading of appendices\n")
        self.refused(because="8-appendices")
        self.write("# Title\n\n" + "A line.\n\n" * 900 + "## 8. Appendices\n")
        self.refused(because="it must have 15 to 20", code=1)
        self.write("# Title\n\n" + "A line.\n\n" * 680 + "9.9<!--[[quantum/stratified_buckets/1000/mean]]--> ns\n\n## 8. Appendices\n")
        self.refused(because="other figures than docs/results", code=1)
        code, said = self.run_docs("--refresh")
        self.assertEqual(code, 0, said)
        self.assertGreater((self.root / "build" / "docs" / "design.pdf").stat().st_size, 10_000)
        self.assertNotIn("9.9<!--", (self.root / "docs" / "design.md").read_text())


class Site(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def test_links_that_lead_nowhere_are_found(self):
        (self.folder / "sub").mkdir()
        (self.folder / "index.html").write_text('<h2 id="here"></h2><a href="#here"></a><a href="sub/"></a><a href="sub/index.html#no"></a>'
                                                '<a href="gone.html"></a><img src="gone.svg"><a href="https://example.org/x"></a>')
        (self.folder / "sub" / "index.html").write_text('<a href="../index.html#here"></a><a href="../index.html#there"></a>')
        found = website.broken(self.folder)
        self.assertEqual(len(found), 4, found)
        for part in ("sub/index.html#no", "gone.html", "gone.svg", "#there"):
            self.assertTrue(any(part in one for one in found), part)

    def test_links_lead_to_pages_headers_or_become_text(self):
        text = "[a](bids.md#x) [b](../include/maxwell/core/bid.hpp) [c](../tests/unit/x.cpp) [d](../README.md) [e](https://x.org) ![f](pictures/l.svg)"
        made = website.relink(text, "docs/market.md", {"maxwell/core/bid.hpp": "bid_8hpp.html"}, {"bids.md"})
        self.assertEqual(made, "[a](bids.md#x) [b](reference/bid_8hpp.html) c [d](index.md) [e](https://x.org) ![f](pictures/l.svg)")

    @unittest.skipUnless(shutil.which("mkdocs") and shutil.which("doxygen"), "mkdocs or doxygen is missing")
    def test_the_site_has_no_link_that_leads_nowhere(self):
        filled = {name: fill.plain((ROOT / "docs" / name).read_text(encoding="utf-8")) for name in docs.FILLED}
        self.assertGreater(website.build(ROOT, self.folder / "site", filled), 100)


if __name__ == "__main__":
    unittest.main()
