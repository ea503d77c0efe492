# SPDX-License-Identifier: MIT
"""Builds the site in build/site: the pages of docs/ by MkDocs, the headers' reference by Doxygen below reference/, linked both ways.

    docs/*.md, README.md ──▶ copies whose links lead to the reference ──▶ mkdocs ──▶ build/site/*.html
    include/             ──▶ doxygen ──▶ build/site/reference        (its tag file says which page is which header's)

Nothing in it needs a network, and no link leads nowhere: that is checked, and a broken one is a failure.
"""

import html.parser
import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse
import xml.etree.ElementTree

from results import Missing

AWESOME = pathlib.Path("/usr/share/doxygen-awesome-css/doxygen-awesome.css")
PAGES = [("Home", "index.md"),
         ("Start", ["concepts.md", "mechanisms.md", "market.md"]),
         ("Containers", ["stratified_buckets.md", "tournament_tree.md", "lazy_heap.md", "probabilistic_sampler.md", "clearing.md"]),
         ("Bids, prices, heat", ["bids.md", "prices.md", "thermal.md"]),
         ("Accelerators", ["batches.md", "planes.md", "hardware.md"]),
         ("Design", ["design.md", "auction_proofs.md", "bid_proofs.md", "thermal_proofs.md", "dead_ends.md"]),
         ("Measure", ["bench.md", "replay.md"])]


def tool(name):
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed")
    return path


def run(what, *command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        raise Missing(f"{what} failed: {(done.stderr or done.stdout).strip()[-800:]}")


def reference(root, out):
    """Doxygen's pages; which of them is which file's."""
    work = out.parent / "site-work"
    layout = work / "layout.xml"
    run("doxygen", tool("doxygen"), "-l", str(layout))
    text = layout.read_text(encoding="utf-8")
    text = re.sub(r"<navindex>", '<navindex><tab type="user" url="../index.html" title="Guide"/>', text, count=1)
    layout.write_text(text, encoding="utf-8")
    (work / "main.md").write_text("# The headers of Maxwell\n\n- <a href=\"files.html\">Headers by folder</a>\n- <a href=\"annotated.html\">"
                                  "Classes by name</a>\n- <a href=\"concepts.html\">Concepts</a>\n\nThe <a href=\"../index.html\">guide</a> "
                                  "says how they belong together.\n", encoding="utf-8")
    settings = {"PROJECT_NAME": "Maxwell", "INPUT": f"{root / 'include'} {work / 'main.md'}", "RECURSIVE": "YES",
                "EXCLUDE_PATTERNS": "*/detail/*", "USE_MDFILE_AS_MAINPAGE": str(work / "main.md"), "STRIP_FROM_PATH": str(root / "include"),
                "STRIP_FROM_INC_PATH": str(root / "include"), "EXTRACT_ALL": "YES", "GENERATE_LATEX": "NO", "QUIET": "YES", "WARNINGS": "NO",
                "OUTPUT_DIRECTORY": str(out), "HTML_OUTPUT": "reference", "GENERATE_TAGFILE": str(work / "tags.xml"),
                "LAYOUT_FILE": str(layout), "FULL_PATH_NAMES": "YES", "SORT_BRIEF_DOCS": "NO", "GENERATE_TREEVIEW": "NO",
                "SOURCE_BROWSER": "YES", "VERBATIM_HEADERS": "YES", "HAVE_DOT": "NO", "SEARCHENGINE": "YES",
                "HTML_EXTRA_STYLESHEET": str(AWESOME) if AWESOME.exists() else ""}
    (work / "Doxyfile").write_text("\n".join(f"{k} = {v}" for k, v in settings.items()), encoding="utf-8")
    run("doxygen", tool("doxygen"), str(work / "Doxyfile"))
    pages = {}
    for compound in xml.etree.ElementTree.parse(work / "tags.xml").getroot().findall("compound[@kind='file']"):
        path = compound.findtext("path", "") + compound.findtext("name", "")
        page = compound.findtext("filename", "")
        pages[path.lstrip("/")] = page if page.endswith(".html") else page + ".html"
    return pages


def relink(text, page, pages, docs):
    """Links of a page: to other pages as they are, to headers as their reference, to other files as plain text."""
    def link(found):
        shown, target = found[1], found[2]
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        path, _, anchor = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), path))
        if path == "README.md":
            return f"[{shown}](index.md)"
        if path.startswith("docs/") and path[5:] in docs:
            return f"[{shown}]({path[5:]}{'#' + anchor if anchor else ''})"
        header = path[len("include/"):] if path.startswith("include/") else None
        if header in pages:
            return f"[{shown}](reference/{pages[header]})"
        return found[0] if path.startswith("docs/pictures/") else shown
    text = re.sub(r"(?<!!)\[((?:[^\]\n]|\n(?!\n))+)\]\(([^()\s]+)\)", link, text)
    return re.sub(r"\]\(docs/pictures/", "](pictures/", text)


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.targets, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        self.anchors.update(v for k, v in attributes if k in ("id", "name") and v)
        target = of.get("href") if tag in ("a", "link") else of.get("src") if tag in ("img", "script") else None
        if target:
            self.targets.append(target)


def broken(site):
    """Links within the site that lead nowhere, and anything that would be loaded from a network."""
    pages = {page: Links(page.read_text(encoding="utf-8", errors="replace")) for page in site.rglob("*.html")}
    found = []
    for page, links in pages.items():
        for target in links.targets:
            parts = urllib.parse.urlsplit(target)
            if parts.scheme or parts.netloc or target.startswith("javascript"):
                continue
            to = page if not parts.path else pathlib.Path(os.path.normpath(page.parent / urllib.parse.unquote(parts.path)))
            if to.is_dir():
                to = to / "index.html"
            anchor = urllib.parse.unquote(parts.fragment)
            if not to.exists():
                found.append(f"{page.relative_to(site)} links to {target}")
            elif anchor and to in pages and not to.relative_to(site).parts[0] == "reference" and anchor not in pages[to].anchors:
                found.append(f"{page.relative_to(site)} links to {target}, where there is no such heading")
    return found


def build(root, out, filled):
    """The site; how many pages it has. `filled` has the pages of docs/ whose figures were filled in. A link that leads nowhere raises Missing."""
    work = out.parent / "site-work"
    for folder in (out, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    pages = reference(root, work)
    source = work / "pages"
    source.mkdir()
    docs = {p.name for p in (root / "docs").glob("*.md")}
    for page in sorted(docs):
        text = filled[page] if page in filled else (root / "docs" / page).read_text(encoding="utf-8")
        (source / page).write_text(relink(text, f"docs/{page}", pages, docs), encoding="utf-8")
    (source / "index.md").write_text(relink(filled["../README.md"], "README.md", pages, docs), encoding="utf-8")
    shutil.copytree(root / "docs" / "pictures", source / "pictures")
    shutil.copytree(work / "reference", source / "reference")
    listed = {page for _, held in PAGES for page in ([held] if isinstance(held, str) else held)}
    nav = ["nav:"]
    for title, held in PAGES + [("More", sorted(docs - listed)), ("Reference", "reference/index.html")]:
        nav += [f"  - {title}: {held}"] if isinstance(held, str) else [f"  - {title}:"] + [f"      - {page}" for page in held]
    (work / "mkdocs.yml").write_text("\n".join(
        ["site_name: Maxwell", f"docs_dir: {source}", f"site_dir: {out}", "use_directory_urls: false", "theme:", "  name: material",
         "  font: false", "  palette: {primary: teal}", "  features: [navigation.sections, search.highlight]", "plugins: [search]",
         "markdown_extensions: [tables, fenced_code, {toc: {permalink: true}}, {pymdownx.highlight: {}}]"] + nav) + "\n", encoding="utf-8")
    run("mkdocs", tool("mkdocs"), "build", "--quiet", "--config-file", str(work / "mkdocs.yml"))
    (out / "404.html").unlink(missing_ok=True)  # for a server at the root of its domain
    lost = broken(out)
    if lost:
        raise Missing(f"the site has {len(lost)} links that lead nowhere; the first: {'; '.join(lost[:30])}")
    return len(list(out.rglob("*.html")))
