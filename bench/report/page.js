// What the page is made of: figures as text, tables that sort and stack, charts with labels at their lines' ends.

const OWN = 0, OWN_PEER = 2, HARNESS = 3, VARIANT = 4, sizes = [10, 100, 1000, 10000];
const $ = id => document.getElementById(id);
const unique = list => [...new Set(list)];
const el = (tag, text, kind) => {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (kind) e.className = kind;
  return e;
};
const thousands = n => n.toLocaleString('en');
const ns = v => v == null || v < 0 ? '-' : v < 99.5 ? v.toFixed(1) : v < 99500 ? v.toFixed(0) : (v / 1000).toFixed(0) + ' us';
const tail = v => v < 99500 ? v.toFixed(0) : ns(v);

const info = Object.fromEntries(data.structures.map(s => [s.name, s]));
const names = data.structures.map(s => s.name);
const is_own = s => info[s] && info[s].from === OWN;
const is_peer = s => info[s] && info[s].from !== OWN && info[s].from !== HARNESS && info[s].from !== VARIANT;
const cases = new Map(data.benchmarks.map(b => [[b.workload, b.distribution, b.structure, b.agents].join('/'), b]));
const find = (w, a, s, n) => cases.get([w, a, s, n].join('/'));

/// Half the distance between the fastest and the slowest repetition, as a share of the median.
const spread = b => {
  const r = b.mean_ns_of_repetitions;
  return r.length < 2 ? 0 : (Math.max(...r) - Math.min(...r)) / 2 / b.mean_ns;
};

/// A mean and its spread in one line.
function with_spread(b) {
  const td = el('td', ns(b.mean_ns) + ' ');
  td.append(el('small', `±${(spread(b) * 100).toFixed(0)} %`));
  return td;
}

// --- tables ---------------------------------------------------------------------------------------------------------------

const all_tables = [];
const number_in = text => { const m = /-?[\d,]*\.?\d+/.exec(text); return m ? parseFloat(m[0].replaceAll(',', '')) : Infinity; };

function cell(main, small) {
  const td = el('td', main);
  if (small) td.append(document.createElement('br'), el('small', small));
  return td;
}

/// Lets a name_like_this break after its underscores.
function break_names(td) {
  if (!td.firstChild || td.firstChild.nodeType !== Node.TEXT_NODE) return;
  const parts = td.firstChild.data.split(/(?<=_)/);
  td.firstChild.replaceWith(...parts.flatMap((part, i) => i ? [document.createElement('wbr'), part] : [part]));
}

function sort_rows(table, column, descending) {
  const rows = [...table.tBodies[0].rows], text = r => r.cells[column] ? r.cells[column].textContent : '';
  const numeric = rows.filter(r => isFinite(number_in(text(r)))).length * 2 > rows.length && column > 0;
  rows.sort((a, b) => (numeric ? number_in(text(a)) - number_in(text(b)) : text(a).localeCompare(text(b))) * (descending ? -1 : 1));
  table.tBodies[0].append(...rows);
  [...table.tHead.rows[0].cells].forEach((h, i) =>
      h.setAttribute('aria-sort', i !== column ? 'none' : descending ? 'descending' : 'ascending'));
}

/// rows: [cells, class of the row]. best: columns in which the least figure is marked.
function make_table(head, rows, { kind, best = [] } = {}) {
  const box = el('div'), t = el('table', undefined, kind), h = t.createTHead().insertRow(), body = t.createTBody();
  const sorter = el('label', 'Sort by ', 'sorter'), by = el('select');
  head.forEach((text, i) => {
    const th = el('th'), button = el('button', text);
    button.addEventListener('click', () => sort_rows(t, i, th.getAttribute('aria-sort') === 'ascending'));
    th.append(button);
    h.append(th);
    by.append(new Option(text || 'name', i));
  });
  by.addEventListener('change', () => sort_rows(t, +by.value, false));
  rows.forEach(([cells, row_kind]) => {
    const r = body.insertRow();
    if (row_kind) r.className = row_kind;
    cells.forEach((c, i) => {
      const td = c instanceof Node ? c : el('td', c);
      td.dataset.head = head[i] || '';
      if (i === 0) break_names(td);
      r.append(td);
    });
  });
  best.forEach(column => {
    const figures = [...body.rows].map(r => number_in(r.cells[column].textContent)), least = Math.min(...figures);
    if (isFinite(least)) [...body.rows].forEach((r, i) => { if (figures[i] === least) r.cells[column].classList.add('best'); });
  });
  sorter.append(by);
  if (rows.length > 1) box.append(sorter);
  box.append(t);
  all_tables.push(t);
  return box;
}

function table(target, head, rows, options) {
  $(target).replaceChildren(make_table(head, rows, options));
  fit_tables();
}

/// A table that is wider than its place becomes a list of rows.
function fit_tables() {
  for (const t of all_tables) {
    if (!t.isConnected || t.offsetParent === null) continue;
    t.classList.remove('stacked');
    if (t.scrollWidth > t.parentElement.clientWidth + 1) t.classList.add('stacked');
  }
}
addEventListener('resize', fit_tables);
document.addEventListener('toggle', fit_tables, true);

// --- charts ---------------------------------------------------------------------------------------------------------------

const drawn = [];  // a test looks at them
const have_charts = typeof Chart !== 'undefined';
const no_charts = 'Charts need Chart.js (Debian: libjs-chart.js) on the machine that makes this page.';
const narrow = () => innerWidth < 600;

/// A colour for each of `count` lines, none twice: hues apart by the golden angle, in turn darker and lighter.
const hue = i => `hsl(${(20 + i * 137.508) % 360} ${i % 2 ? 55 : 75}% ${[42, 55, 35][i % 3]}%)`;
const colour = name => info[name] && info[name].from === HARNESS ? '#868e96' : hue(names.indexOf(name));

/// Writes each line's name at its last point, pushed apart where two would overlap.
const end_labels = {
  id: 'end_labels',
  afterDatasetsDraw(chart) {
    const ctx = chart.ctx, area = chart.chartArea, step = 12;
    const labels = chart.data.datasets.map((d, i) => {
      const points = chart.getDatasetMeta(i).data;
      return points.length && !d.unlabelled ? { y: points[points.length - 1].y, x: points[points.length - 1].x, d } : null;
    }).filter(Boolean).sort((a, b) => a.y - b.y);
    labels.forEach((l, i) => { if (i && l.y < labels[i - 1].y + step) l.y = labels[i - 1].y + step; });
    for (let i = labels.length - 1, limit = area.bottom; i >= 0; --i, limit -= step) labels[i].y = Math.min(labels[i].y, limit);
    ctx.save();
    ctx.font = '10px system-ui, sans-serif';
    ctx.textBaseline = 'middle';
    labels.forEach(l => { ctx.fillStyle = l.d.borderColor; ctx.fillText(l.d.label, area.right + 5, l.y, chart.width - area.right - 6); });
    ctx.restore();
  }
};

/// Writes the name of each point beside it, where neither another name nor a point stands; a name without room is left to the tooltip.
const point_labels = {
  id: 'point_labels',
  afterDatasetsDraw(chart) {
    const ctx = chart.ctx, area = chart.chartArea, named = [], points = [];
    chart.data.datasets.forEach((d, i) => { if (d.labels) points.push(...chart.getDatasetMeta(i).data.map(p => ({ x: p.x - 4, y: p.y, w: 8 }))); });
    ctx.save();
    ctx.font = `${narrow() ? 8 : 10}px system-ui, sans-serif`;
    ctx.textBaseline = 'middle';
    chart.data.datasets.forEach((d, i) => chart.getDatasetMeta(i).data.forEach((p, j) => {
      const text = (d.labels || [])[j];
      if (!text) return;
      const w = ctx.measureText(text).width;
      const free = t => t.y > area.top + 4 && t.y < area.bottom - 4 && t.x >= area.left && t.x + w <= chart.width &&
          ![...named, ...points].some(o => Math.abs(o.y - t.y) < 9 && t.x < o.x + o.w && o.x < t.x + w);
      const places = [0, -10, 10, -20, 20, -30, 30, -40, 40, -50, 50].flatMap(dy => [p.x + 7, p.x - 7 - w].map(x => ({ x, y: p.y + dy, w, text })));
      const place = places.find(free);
      if (!place) return;
      named.push(place);
      ctx.fillStyle = d.borderColor;
      ctx.fillText(text, place.x, place.y);
    }));
    chart.named = named;
    ctx.restore();
  }
};

function make_chart(target, title, type, config, plugins = []) {
  const box = el('div', undefined, 'plot'), inner = el('div'), canvas = el('canvas');
  inner.append(canvas);
  box.append(el('h3', title), inner);
  target.append(box);
  const style = getComputedStyle(document.documentElement);
  Chart.defaults.color = style.getPropertyValue('--soft').trim();
  Chart.defaults.borderColor = style.getPropertyValue('--line').trim();
  const options = Object.assign({ responsive: true, maintainAspectRatio: false, animation: false }, config.options);
  options.plugins = Object.assign({ legend: { display: false } }, options.plugins);
  const chart = new Chart(canvas, { type, data: config.data, options, plugins });
  chart.title = title;
  drawn.push(chart);
  return chart;
}

/// Lines with their names at their ends.
function line_chart(target, title, lines, x, y) {
  const longest = Math.max(...lines.map(l => l.label.length), 1), room = Math.min(longest * 5.5 + 8, narrow() ? 95 : 190);
  return make_chart(target, title, 'line', {
    data: { datasets: lines.map((l, i) => Object.assign({ borderColor: hue(i), borderWidth: 1.5, pointRadius: l.data.length > 40 ? 0 : 3 }, l,
        { backgroundColor: l.borderColor || hue(i) })) },
    options: { layout: { padding: { right: room } }, scales: { x, y } }
  }, [end_labels]);
}

const powers = v => Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6) ? thousands(v) : '';
const log_axis = (text, more) =>
    Object.assign({ type: 'logarithmic', title: { display: true, text }, ticks: { callback: powers, autoSkip: false, maxRotation: 0 } }, more);
const axis = (text, logarithmic) => logarithmic ? log_axis(text) : { type: 'linear', title: { display: true, text } };
