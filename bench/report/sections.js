// What the page says, from top to bottom.

const meanings = {
  insert: 'An agent without a bid enters.',
  extract_max: 'The best bid leaves, with its payment.',
  hold: 'The best bid leaves, and its agent bids again.',
  rebid: 'A random agent replaces its bid, and who wins now is asked.',
  quantum: 'A random agent replaces its bid, the best leaves with its payment, and its agent bids again.',
  incumbent: 'Four other agents replace their bids, low ones most of the time; the best leaves with its payment and bids high again.',
  expire: 'A random agent withdraws.',
  update_price: 'A new reserve is set.',
  16384: 'The structure has room for 16,384 agents; N of them live, on scattered slots.',
  cold: '1 MB of other memory is worked through before each decision.'
};
const exact_peer = s => is_peer(s) && info[s].order === 'exact' && info[s].from !== OWN_PEER;
const row_kind = s => is_own(s) ? 'own' : '';
const count = verdict => data.goals.filter(g => g.verdict === verdict).length;

/// The cases of a workload at N that `admits` lets in, fastest first.
const ranked = (w, a, n, admits) => names.filter(s => admits(s)).map(s => find(w, a, s, n)).filter(Boolean)
    .sort((x, y) => x.mean_ns - y.mean_ns);

function answer() {
  const n = 1000, at = admits => ranked('quantum', 'uniform', n, admits);
  const own = at(s => is_own(s) && info[s].order !== 'sampled'), peers = at(s => is_peer(s) && info[s].order !== 'sampled');
  const exact = own.find(b => info[b.structure].order === 'exact'), tier = find('quantum', 'uniform', 'stratified_buckets', n);
  const best = peers.find(b => exact_peer(b.structure)), said = [];
  for (const [b, what] of [[exact, 'exact prices'], [tier, 'tiers 0.8 % wide']]) {
    if (b) said.push(`${b.structure} (${what}) decides a quantum in ${ns(b.mean_ns)} ns` +
        (best ? `, ${(best.mean_ns / b.mean_ns).toFixed(1)} times as fast as ${best.structure}, the best exact peer` : ''));
  }
  $('headline').textContent = said.length ? `With 1,000 agents ${said.join('; ')}.` :
      `${data.benchmarks.length} cases and ${data.panels.length} panels; the quantum at N = 1,000 was not among them.`;
  const shown = [...own, ...peers.slice(0, 5)].sort((x, y) => x.mean_ns - y.mean_ns);
  const middle = shown.map(spread).sort((x, y) => x - y)[shown.length >> 1];
  const sure = shown.length ? `Medians of ${shown[0].repetitions} repetitions; half of these means vary by less than ±${Math.max(1, Math.ceil(middle * 100))} %. ` : '';
  $('certainty').textContent = `${sure}Goals: ${count('met')} met, ${count('MISSED')} missed, ${count('not measured')} not measured.`;

  if (!have_charts) return $('answer_plots').append(el('p', no_charts, 'soft'));
  const frontier = data.panels.find(p => p.name.startsWith('frontier/'));
  if (frontier) frontier.charts.forEach(c => point_chart($('answer_plots'), c));
  if (!shown.length) return;
  make_chart($('answer_plots'), 'A quantum at N = 1,000: ours and the best peers, mean ns', 'bar', {
    data: { labels: shown.map(b => b.structure), datasets: [{ label: 'mean ns', data: shown.map(b => b.mean_ns),
      borderColor: shown.map(b => colour(b.structure)), backgroundColor: shown.map(b => is_own(b.structure) ? '#d9480f' : '#868e96') }] },
    options: { indexAxis: 'y', layout: { padding: { right: 70 } },
      scales: { x: { beginAtZero: true }, y: { ticks: { autoSkip: false, font: { size: 11 } } } } }
  }, [{ id: 'figures', afterDatasetsDraw(chart) {
    chart.ctx.font = '11px system-ui, sans-serif';
    chart.ctx.textBaseline = 'middle';
    chart.ctx.fillStyle = Chart.defaults.color;
    chart.getDatasetMeta(0).data.forEach((bar, i) =>
        chart.ctx.fillText(`${ns(shown[i].mean_ns)} ±${(spread(shown[i]) * 100).toFixed(0)} %`, bar.x + 4, bar.y));
  } }]);
  $('answer_note').textContent = 'Orange: containers of this library. Each differs in what it keeps: see Structures. ' +
      '±: half the distance between the fastest and the slowest repetition.';
}

/// Points with names; a line called "frontier" is drawn through its points. Zero stands at the left edge of a logarithmic axis.
function point_chart(target, c) {
  const least = Math.min(...c.lines.flatMap(l => l.x).filter(x => x > 0)) / 3;
  const place = x => c.logarithmic_x ? Math.max(x, least) : x;
  const x = axis(c.x, c.logarithmic_x), y = axis(c.y, c.logarithmic_y);
  if (c.logarithmic_x) {
    x.min = least * .8;
    x.ticks.callback = v => Math.abs(v / least - 1) < .3 ? 'none' : powers(v);
    x.afterBuildTicks = s => { s.ticks = [{ value: least }, ...s.ticks.filter(t => t.value > least * 1.5)]; };
  }
  const named = t => {
    const at = c.lines[t.datasetIndex], i = t.dataIndex;
    return `${(at.labels || [])[i] || at.name}: ${c.x} ${Number(at.x[i].toPrecision(3))}, ${c.y} ${Number(at.y[i].toPrecision(3))}`;
  };
  const shades = ['#d9480f', '#868e96', '#1971c2', '#2f9e44'];
  let shade = 0;
  make_chart(target, c.title, 'scatter', {
    data: { datasets: c.lines.map(l => {
      const through = l.name === 'frontier', ink = through ? '#9c36b5' : shades[shade++ % shades.length];
      return { label: l.name, labels: through ? [] : l.labels, showLine: through, stepped: through ? 'after' : false, borderDash: [4, 3],
        borderColor: ink, backgroundColor: ink, pointRadius: through ? 0 : 4, data: l.x.map((v, i) => ({ x: place(v), y: l.y[i] })) };
    }) },
    options: { scales: { x, y }, layout: { padding: { right: 20 } },
      plugins: { tooltip: { callbacks: { label: named } },
        legend: { display: true, position: 'bottom', labels: { boxWidth: 10, boxHeight: 2, font: { size: 11 } } } } }
  }, [point_labels]);
}

let swept = [];
function sweep() {
  const w = $('workload').value, a = $('amounts').value, all = $('everything').getAttribute('aria-pressed') === 'true';
  const [base, variant] = w.split('@');
  $('meaning').textContent = meanings[base] + (variant ? ' ' + meanings[variant] : '');
  const present = names.filter(s => info[s].from !== VARIANT && sizes.some(n => find(w, a, s, n)));
  const at = sizes.filter(n => present.some(s => find(w, a, s, n)));
  const middle = at.includes(1000) ? 1000 : at[at.length - 1];
  const chosen = new Set(ranked(w, a, middle, is_peer).slice(0, 3).map(b => b.structure));
  const shown = present.filter(s => all || is_own(s) || chosen.has(s));
  const heads = ['', ...at.map(n => 'N = ' + thousands(n))], columns = at.map((_, i) => i + 1);
  const row = (s, text) => [[s, ...at.map(n => { const b = find(w, a, s, n); return b ? text(b, n) : cell('-'); })], row_kind(s)];

  table('means', heads, shown.map(s => row(s, b => with_spread(b))), { best: columns });
  const own = present.find(is_own);
  $('yardstick').textContent = own || 'a container (none was measured here)';
  table('ratios', heads, !own ? [] : shown.filter(s => info[s].from !== HARNESS).map(s =>
      row(s, (b, n) => { const o = find(w, a, own, n); return o ? (b.mean_ns / o.mean_ns).toFixed(2) : '-'; })), { best: columns });
  const counted = shown.filter(s => at.some(n => (find(w, a, s, n) || {}).instructions !== undefined));
  $('source').textContent = (counted.length ? '' : 'Not counted for these cases. ') + data.context.counts_from;
  table('counts', counted.length ? heads : [], counted.map(s => row(s, b => b.instructions === undefined ? '-' :
      cell(b.instructions.toFixed(0), `${b.l1_misses.toFixed(1)} / ${b.last_level_misses.toFixed(1)}`))), { best: columns });
  table('tail_table', heads, shown.map(s => row(s, b =>
      `${tail(b.p50_ns)} / ${b.samples < 100 ? '-' : tail(b.p99_ns)} / ${b.samples < 1000 ? '-' : tail(b.p999_ns)}`)), { best: columns });

  swept.forEach(c => { drawn.splice(drawn.indexOf(c), 1); c.destroy(); });
  swept = [];
  $('sweep_plots').replaceChildren();
  $('tail_plots').replaceChildren();
  if (!have_charts) return;
  swept.push(line_chart($('sweep_plots'), `${w}, ${a} amounts: mean against N`,
      shown.filter(s => info[s].from !== HARNESS).map(s => ({ label: s, borderColor: colour(s), borderWidth: is_own(s) ? 3 : 1.5,
        borderDash: info[s].from === OWN_PEER ? [5, 4] : [],
        data: at.filter(n => find(w, a, s, n)).map(n => ({ x: n, y: find(w, a, s, n).mean_ns })) })),
      log_axis('agents', { min: at[0] }), log_axis('ns per operation')));
  const series = [['p50', 'p50_ns', '#74c0fc', 1], ['p99', 'p99_ns', '#1c7ed6', 100], ['p999', 'p999_ns', '#0b3d91', 1000]];
  const bars = shown.filter(s => find(w, a, s, middle));
  swept.push(make_chart($('tail_plots'), `${w}, ${a} amounts: tails at N = ${thousands(middle)}`, 'bar', {
    data: { labels: bars, datasets: series.map(([label, field, c, fewest]) => ({ label, backgroundColor: c,
      data: bars.map(s => find(w, a, s, middle).samples < fewest ? null : find(w, a, s, middle)[field]) })) },
    options: { indexAxis: 'y', plugins: { legend: { display: true, position: 'bottom' } },
      scales: { x: log_axis('ns', { min: 10 }), y: { ticks: { autoSkip: false, font: { size: 11 } } } } }
  }));
}

function panels() {
  const order = ['matrix/', 'ring/', 'thermal/prices', 'thermal/'], at = p => { const i = order.findIndex(o => p.name.startsWith(o)); return i < 0 ? order.length : i; };
  [...data.panels].sort((x, y) => at(x) - at(y)).forEach(p => {
    const section = el('section'), plots = el('div', undefined, 'plots');
    section.id = p.name.replace('/', '-');
    section.append(el('h2', p.about), plots);
    $('panels').append(section);
    if (have_charts && !p.name.startsWith('frontier/')) p.charts.forEach(c => c.points ? point_chart(plots, c) :
        line_chart(plots, c.title, c.lines.map(l => ({ label: l.name, data: l.x.map((x, j) => ({ x, y: l.y[j] })) })),
            axis(c.x, c.logarithmic_x), axis(c.y, c.logarithmic_y)));
    p.tables.forEach(t => {
      section.append(el('h3', t.title), make_table(t.head, t.rows.map(cells => [cells, row_kind(cells[0])])));
      if (t.note) section.append(el('p', t.note, 'soft'));
    });
    p.notes.forEach(n => section.append(el('p', n, 'soft')));
  });
}

function replay() {
  const r = data.replay;
  $('replay').hidden = !r;
  if (!r) return;
  const t = r.trace, same = r.identity.every(c => c.identical);
  $('replay_note').textContent = `${t.file}: ${thousands(t.jobs)} jobs at a load of ${t.load.toFixed(2)}, quantum ${t.quantum_us} us. ` +
      `Structures of equal fidelity chose ${same ? 'identical winners at identical payments' : 'DIFFERENT winners or payments'}. ` +
      'Times are of single operations, the timer included.';
  table('replay_table', ['', 'decision p50 / p99, ns', 'quantum p50 / p99, ns', 'live bids', 'median response ratio'],
      r.structures.map(s => [[cell(s.name, s.fidelity), `${tail(s.decision.p50_ns)} / ${tail(s.decision.p99_ns)}`,
        `${tail(s.market.p50_ns)} / ${tail(s.market.p99_ns)}`, s.mean_live.toFixed(1), s.median_response_ratio.toFixed(2)], row_kind(s.name)]),
      { best: [1, 2] });
}

function parts() {
  const of = (s, n) => { const b = find('quantum', 'uniform', s, n); return b ? cell(ns(b.mean_ns), b.instructions === undefined ? '' : b.instructions.toFixed(0)) : '-'; };
  const heads = ['', ...sizes.map(n => 'N = ' + thousands(n))], row = (s, label) => [[label, ...sizes.map(n => of(s, n))], row_kind(s)];
  const groups = names.filter(s => s.startsWith('tournament_tree_g'));
  const keys = [['bare_winner_tree', 'price and slot'], ['fifo_winner_tree', 'with arrival order'], ['tournament_tree', 'with generations too']];
  $('parts').hidden = !names.some(s => info[s].from === VARIANT);
  $('singles').hidden = !data.worst_operations.length;
  table('groups', ['groups', 'ns'], groups.map(s => [['K = ' + s.slice('tournament_tree_g'.length), of(s, 1000)]]), { best: [1] });
  table('scans', heads, ['two_level_scan', 'tournament_tree'].filter(s => info[s]).map(s => row(s, s)));
  table('keys', heads, keys.filter(([s]) => info[s]).map(([s, label]) => row(s, label)));
  table('worst', ['', 'usually', 'at the wrap', 'ratio'], data.worst_operations.map(w =>
      [[cell(w.structure, w.distribution), w.usually, w.at_the_wrap, w.ratio.toFixed(2)]]));
}

function structures() {
  const yes = b => b ? 'yes' : 'no', known = data.structures.filter(s => s.from !== HARNESS && s.from !== VARIANT);
  $('structures').hidden = !known.length;
  table('structure_table', ['structure', 'from', 'order', 'FIFO', 'generations', 'payment', 'bytes per agent', 'fixed bytes'],
      known.map(s => [[cell(s.name, s.about), ['Maxwell', 'third party', 'own peer'][s.from], s.order, yes(s.fifo), yes(s.generations),
        s.critical_payment ? 'critical' : 'second', s.bytes_per_agent == null ? '-' : s.bytes_per_agent.toFixed(1),
        (s.fixed_bytes == null ? '-' : s.fixed_bytes.toFixed(0)) + (s.passed_differential_test ? '' : ' (failed its test)')], row_kind(s.name)]));
}

function machine() {
  const c = data.context;
  const facts = { Processor: `${c.cpu}, ${c.num_cpus} cores`, Kernel: c.kernel, Compiler: `${c.compiler}, ${c.compile_flags}`,
    Commit: c.git_commit, Date: c.date, Load: `${c.load_before} before, ${c.load_after} after`,
    Clock: `${c.clock}; a pair of readings alone costs ${c.timer_floor_ns.toFixed(1)} ns, which every percentile contains`,
    Size: `${data.benchmarks.length} cases and ${data.panels.length} panels in ${Math.round(c.seconds)} s` };
  for (const [k, v] of Object.entries(facts)) $('facts').append(el('dt', k), el('dd', v));
  c.notes.forEach(n => $('notes').append(el('p', n)));
}

function goals() {
  const list = verdict => data.goals.filter(g => g.verdict === verdict).map(g =>
      [[el('td', g.verdict, 'verdict ' + (verdict === 'met' ? 'met' : 'missed')), `${g.structure}: ${g.goal}`, g.measured]]);
  $('goal_count').textContent = `${count('met')} met, ${count('MISSED')} missed, ${count('not measured')} not measured in this run.`;
  if (count('MISSED')) table('missed', ['', 'goal', 'measured'], list('MISSED'), { kind: 'text' });
  $('met_summary').textContent = `The ${count('met')} that were met`;
  table('met', ['', 'goal', 'measured'], list('met'), { kind: 'text' });
}

/// A link to every section, in the order of the page; each heading links to itself.
function contents() {
  for (const s of document.querySelectorAll('section')) {
    const h = s.querySelector('h2');
    if (s.hidden || !h) continue;
    const to = text => { const a = el('a', text); a.href = '#' + s.id; return a; };
    $('contents').append(to(h.textContent), ' ');
    h.replaceChildren(to(h.textContent));
  }
}

const workloads = unique(data.benchmarks.map(b => b.workload));
workloads.forEach(w => $('workload').append(new Option(w, w, w === 'quantum', w === 'quantum')));
function fill_amounts() {
  const before = $('amounts').value, here = unique(data.benchmarks.filter(b => b.workload === $('workload').value).map(b => b.distribution));
  $('amounts').replaceChildren(...here.map(a => new Option(a, a)));
  if (here.includes(before)) $('amounts').value = before;
}
$('sweep').hidden = $('tails').hidden = !data.benchmarks.length;
answer();
panels();
replay();
parts();
structures();
machine();
goals();
contents();
if (data.benchmarks.length) {
  fill_amounts();
  sweep();
  $('workload').addEventListener('change', () => { fill_amounts(); sweep(); });
  $('amounts').addEventListener('change', sweep);
  $('everything').addEventListener('click', e => {
    e.target.setAttribute('aria-pressed', e.target.getAttribute('aria-pressed') !== 'true');
    sweep();
  });
}
fit_tables();
