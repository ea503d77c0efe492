# SPDX-License-Identifier: MIT
"""`./run compare` marks what differs by more than its noise, leaves alone what doesn't, and refuses what can't be compared."""

import contextlib
import io
import json
import pathlib
import random
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench" / "report"))

import compare  # noqa: E402


def run(times, cpu="a processor", instructions=100):
    return {"context": {"cpu": cpu, "num_cpus": 2},
            "benchmarks": [{"run_name": name, "mean_ns_of_repetitions": t, "instructions": instructions} for name, t in times.items()]}


class Compare(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def call(self, a, b, *options):
        """Exit code, what was printed, and what was said on stderr."""
        for name, content in (("a.json", a), ("b.json", b)):
            (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
        printed, said = io.StringIO(), io.StringIO()
        before = sys.argv
        sys.argv = ["compare", str(self.folder / "a.json"), str(self.folder / "b.json"), *options]
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
                code = compare.main()
        except SystemExit as stopped:
            code = stopped.code
        finally:
            sys.argv = before
        return code, printed.getvalue(), said.getvalue()

    def test_what_differs_by_more_than_noise_is_marked(self):
        noise = random.Random(2)
        times = {"same": 20, "slower": 20, "faster": 20}
        a = run({n: [t * noise.uniform(.97, 1.03) for _ in range(9)] for n, t in times.items()})
        times = {"same": 20, "slower": 24, "faster": 10}
        b = run({n: [t * noise.uniform(.97, 1.03) for _ in range(9)] for n, t in times.items()}, instructions=103)
        code, printed, _ = self.call(a, b)
        self.assertEqual(code, 0)
        self.assertRegex(printed, r"3 rows in both, 2 whose interval excludes 1")
        self.assertRegex(printed, r"(?m)^faster .* 1\.030 faster$")
        self.assertRegex(printed, r"(?m)^slower .* slower$")
        self.assertNotRegex(printed, r"(?m)^same ")
        self.assertRegex(self.call(a, b, "--all")[1], r"(?m)^same .*\d$")
        self.assertIn("1 rows in both", self.call(a, b, "--filter", "fast")[1])

    def test_the_interval_covers_the_true_ratio_most_of_the_time(self):
        noise = random.Random(3)
        covered = 0
        for _ in range(200):
            a, b = ([noise.lognormvariate(3, .1) for _ in range(9)] for _ in range(2))
            _, low, high = compare.interval(a, b, noise)
            covered += low <= 1 <= high
        self.assertGreater(covered, 176)

    def test_without_noise_equal_runs_are_equal(self):
        a = run({"one": [10.0] * 9})
        self.assertIn("0 whose interval excludes 1", self.call(a, a)[1])

    def test_refused_in_one_sentence(self):
        a = run({"one": [10.0] * 9})
        for first, second, options, because in [
                (a, run({"one": [1.0]}, cpu="another"), [], "two machines"), (a, "{", [], "is no results.json"),
                (a, {"context": {}}, [], "is no results.json"), (a, run({"one": []}), [], "has no times"),
                (a, run({"two": [1.0]}), [], "no row in common"), (a, a, ["--filter", "x"], "'x' in its name"),
                (a, a, ["--al"], "--al")]:
            with self.subTest(because):
                code, _, said = self.call(first, second, *options)
                self.assertEqual(code, 2)
                self.assertRegex(said, r"^compare: [^\n]*" + because + r"[^\n]*\.\n$")
        self.assertEqual(self.call(a, run({"one": [1.0]}, cpu="another"), "--across")[0], 0)
        sys.argv = ["compare", "/nowhere.json", "/nowhere.json"]
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(compare.main(), 2)
        self.assertIn("can't read", said.getvalue())


if __name__ == "__main__":
    unittest.main()
