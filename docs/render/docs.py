# SPDX-License-Identifier: MIT
"""Renders docs/design.md to a PDF, with the figures of docs/results. `./run docs` is how it is called.

    docs/results/*.json ──▶ fill ──▶ design.md ──▶ pandoc ──▶ design.html ──▶ weasyprint ──▶ design.pdf
                       └──▶ figures ──▶ *.svg ────────────────────┘
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

import fill
from results import Missing, Results

HERE = pathlib.Path(__file__).resolve().parent
PAGES = (15, 20)  # of the body: what comes before the appendices
APPENDICES = "8-appendices"

# What runs leave in build/, and the file of docs/results that it becomes.
RUNS = {"report/results.json": "bench.json", "audit.json": "audit.json"}
SUMMARIES = "sim/*/summary.csv"  # each becomes sim_EXPERIMENT.csv
FILLED = ("../README.md", "bench.md", "design.md", "incentives.md", "market.md", "mechanisms.md")  # pages whose figures come from docs/results
KEPT = ("quantum", "hold")  # of a benchmark's cases: a whole report has two megabytes


def take_results(build, results):
    """Copies what the last runs have left in build/."""
    results.mkdir(parents=True, exist_ok=True)
    for run, name in RUNS.items():
        if not (build / run).exists():
            continue
        try:
            content = json.loads((build / run).read_text(encoding="utf-8"))
        except ValueError as why:
            raise Missing(f"{build / run} is not JSON: {why}") from why
        (results / name).write_text(compact(content), encoding="utf-8")
        print(f"docs/results/{name} is now what {build.name}/{run} says")
    for summary in sorted(build.glob(SUMMARIES)):
        shutil.copyfile(summary, results / f"sim_{summary.parent.name}.csv")
        print(f"docs/results/sim_{summary.parent.name}.csv is now what {summary.relative_to(build.parent)} says")


def compact(content):
    """One line for each case or panel, so that a difference can be read."""
    if "benchmarks" in content:
        content["benchmarks"] = [case for case in content["benchmarks"] if case["workload"] in KEPT]
        content["replay"] = None
    members = []
    for key, value in content.items():
        if isinstance(value, list):
            lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in value)
            members.append(f"{json.dumps(key)}: [\n{lines}\n]")
        else:
            members.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(members) + "\n}\n"


def to_html(markdown, folder):
    """pandoc's HTML; links to other pages of the repository become text, since a PDF travels alone."""
    try:
        done = subprocess.run(["pandoc", "--from=gfm", "--to=html5", "--standalone", "--metadata", "title=The design of Maxwell",
                               f"--css={HERE / 'page.css'}", f"--template={HERE / 'page.html'}"],
                              input=markdown, capture_output=True, text=True, cwd=folder, check=True)
    except FileNotFoundError as why:
        raise Missing("pandoc is not installed") from why
    except subprocess.CalledProcessError as why:
        raise Missing(f"pandoc failed: {why.stderr.strip()}") from why
    html = re.sub(r'<p>(<img [^>]*>)</p>\s*<p>(<em>Figure .*?)</p>', r'<figure>\1<figcaption>\2</figcaption></figure>', done.stdout, flags=re.S)
    return re.sub(r'<a\s+href="(?!#|https?:)[^"]*">(.*?)</a>', r'<span class="page">\1</span>', html, flags=re.S)


def to_pdf(html, folder, pdf):
    """Writes the PDF; how many pages stand before the appendices, and how many there are."""
    try:
        import weasyprint
    except ImportError as why:
        raise Missing("weasyprint is not installed for this python3") from why
    document = weasyprint.HTML(string=html, base_url=f"{folder}/").render()
    document.write_pdf(str(pdf))
    body = [n for n, page in enumerate(document.pages) if APPENDICES in page.anchors]
    if not body:
        raise Missing(f"the document has no heading '#{APPENDICES}'")
    return body[0], len(document.pages)


def render(root, build, refresh, site=False):
    docs, out = root / "docs", build / "docs"
    if refresh:
        take_results(build, docs / "results")
    results = Results(docs / "results")
    sources = {name: (docs / name).read_text(encoding="utf-8") for name in FILLED if (docs / name).exists()}
    new = {name: fill.fill(text, results) for name, text in sources.items()}
    filled = new["design.md"]
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(docs / "pictures", out / "pictures")
    for picture in (out / "pictures").glob("*.svg"):  # weasyprint doesn't know the shorthand `font`
        picture.write_text(re.sub(r"font:(\d+)px [^;}]*", r"font-size:\1px;font-family:DejaVu Sans Condensed",
                                  picture.read_text(encoding="utf-8")), encoding="utf-8")
    import figures
    drawn = figures.draw_all(results, out / "pictures")
    if refresh:
        for name, text in new.items():
            (docs / name).write_text(text, encoding="utf-8")
        for picture in drawn:
            shutil.copyfile(picture, docs / "pictures" / picture.name)
    (out / "design.md").write_text(fill.plain(filled), encoding="utf-8")
    html = to_html(fill.plain(filled), out)
    (out / "design.html").write_text(html, encoding="utf-8")
    body, pages = to_pdf(html, out, out / "design.pdf")
    print(f"{out / 'design.pdf'}: {body} pages and {pages - body} of appendices, {len(drawn)} figures drawn")
    if site:
        import website
        print(f"{build / 'site' / 'index.html'}: {website.build(root, build / 'site', {name: fill.plain(text) for name, text in new.items()})} pages, no link leads nowhere")
    other = [name for name in sources if new[name] != sources[name]]
    if other and not refresh:
        raise Failed(f"docs/{other[0]} shows other figures than docs/results; `./run docs --refresh` puts these in")
    if not PAGES[0] <= body <= PAGES[1]:
        raise Failed(f"the body has {body} pages; it must have {PAGES[0]} to {PAGES[1]}")


class Failed(Exception):
    """One sentence: rendered, but not as it has to be."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"docs: {message}; --help lists the options.\n")


def main():
    parser = Parser(prog="./run docs", description="Renders docs/design.md to build/docs/design.pdf.")
    parser.add_argument("--refresh", action="store_true",
                        help="take the results that the last runs left in build/ into docs/results, and put them into docs/design.md")
    parser.add_argument("--site", action="store_true", help="build the site too: pages and the headers' reference, build/site/index.html")
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parent.parent, help=argparse.SUPPRESS)
    parser.add_argument("--build", type=pathlib.Path, default=None, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    try:
        render(asked.root, asked.build or asked.root / "build", asked.refresh, asked.site)
    except Missing as why:
        print(f"docs: {why}.", file=sys.stderr)
        return 2
    except Failed as why:
        print(f"docs: {why}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
