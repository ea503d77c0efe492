# SPDX-License-Identifier: MIT
"""The figures of docs/design.md, drawn from docs/results as SVG."""

from results import Missing

# One colour for a thing in all figures.
COLOURS = {"stratified_buckets": "#0b6e4f", "tournament_tree": "#1a4c8b", "lazy_heap": "#7a4fa3", "sampler_gumbel": "#c0701b"}
OTHERS = ["#a02c2c", "#777777", "#b8860b", "#4a9aa8", "#b05f9a", "#5a5a9a", "#888855", "#333333"]

LATENCY = {"stratified_buckets": "stratified_buckets", "tournament_tree": "tournament_tree", "lazy_heap": "lazy_heap",
           "sampler_gumbel": "sampler, gumbel_rule", "boost_rbtree": "boost::intrusive::rbtree", "boost_d_ary_heap": "boost::heap::d_ary_heap",
           "std_priority_queue": "std::priority_queue", "eiffel_ffs_queue": "Eiffel-style queue", "sort_every_quantum": "sort each quantum"}


def _plot():
    try:
        import matplotlib
    except ImportError as why:
        raise Missing("matplotlib is not installed for this python3") from why
    matplotlib.use("svg")
    # The same results give the same file; weasyprint sets text in SVG at a size of its own, so text is drawn.
    matplotlib.rcParams.update({"svg.hashsalt": "maxwell", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 8,
                                "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True, "grid.color": "#e3e3e3",
                                "legend.frameon": False, "legend.fontsize": 7, "figure.figsize": (6.3, 2.6)})
    import matplotlib.pyplot
    return matplotlib.pyplot


def _save(plot, path):
    plot.savefig(path, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plot.close()
    return path


def latency(results, path):
    """Mean time of a quantum over the number of agents."""
    plot = _plot()
    _, axes = plot.subplots()
    others = iter(OTHERS)
    drawn = 0
    for name, shown in LATENCY.items():
        points = [(n, results.number("quantum", name, "uniform", n, "mean")) for n in (10, 100, 1000, 10000)]
        points = [p for p in points if p[1] is not None]
        if not points:
            continue
        drawn += 1
        ours = name in COLOURS
        axes.plot(*zip(*points), marker="o", markersize=3, label=shown, color=COLOURS[name] if ours else next(others),
                  linewidth=1.8 if ours else 1, linestyle="-" if ours else "--")
    if not drawn:
        raise Missing("the results have no case of 'quantum' with uniform bids")
    axes.set(xscale="log", yscale="log", xlabel="agents", ylabel="a quantum, mean ns")
    axes.legend(loc="center left", bbox_to_anchor=(1, .5))
    return _save(plot, path)


def chart(results, panel, at, path, keep=None, limit=None):
    """A chart of a panel as the report draws it, or some of its lines; a limit is a line across it."""
    if panel not in results.panels or len(results.panels[panel]["charts"]) <= at:
        raise Missing(f"the results have no chart {at} of panel '{panel}'")
    what = results.panels[panel]["charts"][at]
    plot = _plot()
    _, axes = plot.subplots()
    others = iter(OTHERS * 4)
    for line in what["lines"]:
        if keep and not any(part in line["name"] for part in keep):
            continue
        colour = next((c for name, c in COLOURS.items() if name in line["name"]), None) or next(others)
        if what["points"] and line["name"] != "frontier":
            axes.scatter(line["x"], line["y"], s=14, label=line["name"], color=colour)
            for x, y, label in zip(line["x"], line["y"], line["labels"]):
                axes.annotate(label, (x, y), fontsize=5, xytext=(3, 2), textcoords="offset points", color="#444444")
        else:
            axes.plot(line["x"], line["y"], label=line["name"], color=colour, linewidth=1.2,
                      linestyle="--" if "p99" in line["name"] else "-", marker="o" if len(line["x"]) < 20 else None, markersize=3)
    if limit:
        axes.axhline(limit[0], color="#a02c2c", linewidth=.8)
        axes.annotate(limit[1], (axes.get_xlim()[0], limit[0]), fontsize=7, color="#a02c2c", va="bottom")
    axes.set(xlabel=what["x"], ylabel=what["y"], xscale="log" if what["logarithmic_x"] else "linear",
             yscale="log" if what["logarithmic_y"] else "linear")
    if what["points"]:  # a mechanism that loses nothing stands at 0
        axes.set_xscale("symlog", linthresh=.005)
        axes.set_xlim(left=-.001)
    axes.legend(loc="center left", bbox_to_anchor=(1, .5))
    return _save(plot, path)


POLICIES = {"market/tournament_tree": "market, exact", "market/stratified_buckets": "market, tiers", "gumbel": "market, gumbel_rule",
            "market/fair_share": "market, shares", "posted price": "posted price", "proportional share": "proportional share",
            "karma": "Karma", "stride": "stride", "eevdf": "EEVDF", "lottery": "lottery", "round robin": "round robin"}
WAITING = {"market/deferred": "#0b6e4f", "gumbel": "#c0701b", "posted price": "#777777", "earliest deadline": "#a02c2c",
           "round robin": "#4a9aa8"}


def simulation(results, path):
    """What policies are worth on mixed tenants, and what is lost to a planner who knows the future."""
    plot = _plot()
    _, (left, right) = plot.subplots(1, 2, figsize=(6.8, 3), gridspec_kw={"wspace": .35})
    rows = [(shown, *(results.mean("sim_mixed_tenants.csv", name, metric) for metric in ("over_best", "jain")))
            for name, shown in POLICIES.items()]
    rows = [row for row in rows if None not in row][::-1]
    if not rows:
        raise Missing("there is no docs/results/sim_mixed_tenants.csv; `./run sim mixed_tenants` makes it")
    for i, (_, value, jain) in enumerate(rows):
        left.barh(i + .2, value, height=.38, color="#0b6e4f", label="value over the best" if i == 0 else None)
        left.barh(i - .2, jain, height=.38, color="#c0701b", label="Jain's index of time by weight" if i == 0 else None)
    left.set_yticks(range(len(rows)), [row[0] for row in rows], fontsize=7)
    left.set(xlim=(0, 1))
    left.legend(loc="lower center", bbox_to_anchor=(.4, 1))
    for name, colour in WAITING.items():
        points = sorted((float(key[0]), mean) for key, mean in results.summaries.get("sim_patient.csv", {}).items()
                        if key[1:] == (name, "over_offline"))
        if points:
            right.plot(*zip(*points), marker="o", markersize=3, label=name, color=colour)
    right.set(xlabel="load", ylabel="value over the offline optimum", ylim=(.3, 1.02))
    right.legend(loc="lower left")
    return _save(plot, path)


def attacks(results, path):
    """Every limit that the audit states: in how many of the cases tried a misreport pays."""
    claims = results.files.get("audit.json", {}).get("claims", [])
    limits = [c for c in claims if c["verdict"] == "limit"][::-1]
    if not limits:
        raise Missing("there is no docs/results/audit.json; `./run audit --out build/audit.json` makes it")
    plot = _plot()
    _, axes = plot.subplots(figsize=(6.3, .22 * len(limits) + .5))
    axes.barh(range(len(limits)), [100 * c["against"] / c["cases"] for c in limits], color="#a02c2c", height=.6)
    axes.set_yticks(range(len(limits)), [c["name"].replace("_", " ") for c in limits], fontsize=7)
    for i, c in enumerate(limits):
        axes.annotate(f"{c['cases']:,} cases, at most {c['worst']:.4g} {c['unit']}", (100 * c["against"] / c["cases"], i), fontsize=6,
                      xytext=(3, -2), textcoords="offset points")
    axes.set(xlabel="cases in which it pays, %", xlim=(0, 140))
    axes.set_xticks([0, 25, 50, 75, 100])
    return _save(plot, path)


def draw_all(results, folder):
    """Draws every figure into a folder; the files."""
    return [
        latency(results, folder / "latency.svg"),
        chart(results, "frontier/welfare", 0, folder / "welfare.svg"),
        chart(results, "market/rebids", 0, folder / "rebids.svg", limit=(1000, "1 us")),
        chart(results, "tiers/boundaries", 0, folder / "tiers.svg"),
        chart(results, "thermal/rivals", 0, folder / "thermal.svg",
              keep=("auction", "power_allocator, tuned", "step_wise, tuned", "PI, tuned")),
        simulation(results, folder / "simulation.svg"),
        attacks(results, folder / "attacks.svg"),
    ]
