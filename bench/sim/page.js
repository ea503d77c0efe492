// What a simulation's page says. data.points[p].policies[i] has the figures of data.policies[i] at data.points[p].

const metric = key => data.metrics.find(m => m.key === key);
const own = name => name.startsWith('market/') || ['gumbel', 'choices', 'lottery by bids'].includes(name);
const shown = (m, f) => f ? f.mean.toFixed(m.digits) : '-';
const figure = (p, i, key) => data.points[p].policies[i].of[key];
const applies = key => data.points.some(p => p.policies.some(q => q.of[key]));
const themes = [
  ['Value', ['value', 'over_best', 'over_offline', 'over_bound', 'revenue', 'busy', 'finished_per_s', 'gave_up', 'moved', 'oscillation']],
  ['Waits', ['longest_wait_ms', 'p99_wait_ms', 'slowdown', 'p99_slowdown']],
  ['Shares', ['jain', 'worst_jain', 'gini', 'lag_quanta']],
  ['Temperature', ['mean_c', 'sigma_k', 'overshoot_k', 'over_limit_s']]
];
const value_key = ['over_offline', 'over_best', 'value'].find(applies);
const colour_of = i => hue(i);
const point_name = p => data.points[p].label || 'the only point';

function head() {
  $('title').textContent = 'Maxwell: ' + data.name.replaceAll('_', ' ');
  $('headline').textContent = data.about;
  $('size').textContent = `${data.points.length} point${data.points.length > 1 ? 's' : ''}, ${data.policies.length} policies, ` +
      `${data.seeds} seeds, ${data.seconds} s of virtual time each. ` +
      'Orange rows: mechanisms of this library. Times of decisions are of the machine that made this page; all else is the same anywhere.';
}

/// Points with names beside them.
function scatter(target, title, x, y, points) {
  make_chart(target, title, 'scatter', {
    data: { datasets: [true, false].map(ours => {
      const of = points.filter(p => own(p.name) === ours), ink = ours ? '#d9480f' : '#868e96';
      return { label: ours ? 'this library' : 'others', labels: of.map(p => p.name.replace('market/', '')), data: of.map(p => ({ x: p.x, y: p.y })),
        borderColor: ink, backgroundColor: ink, pointRadius: 4 };
    }).filter(d => d.data.length) },
    options: { scales: { x, y }, layout: { padding: { right: 20 } },
      plugins: { legend: { display: true, position: 'bottom', labels: { boxWidth: 10, boxHeight: 2, font: { size: 11 } } } } }
  }, [point_labels]);
}

const lines_of = (p, pick) => data.policies.map((name, i) => ({ label: name.replace('market/', ''), borderColor: colour_of(i), borderWidth: own(name) ? 2.5 : 1.2,
  borderDash: own(name) ? [] : [5, 4], data: pick(data.points[p].policies[i]) })).filter(l => l.data.length);

let drawn_here = [];
function one_point() {
  const p = +$('point').value, target = $('plots');
  drawn_here.forEach(c => { drawn.splice(drawn.indexOf(c), 1); c.destroy(); });
  target.replaceChildren();
  const before = drawn.length;
  if (have_charts) {
    const costs = data.policies.map((name, i) => ({ name, x: data.points[p].policies[i].ns, y: (figure(p, i, value_key) || {}).mean })).filter(c => c.x > 0 && c.y !== undefined);
    if (costs.length) scatter(target, 'Value against the cost of a decision', log_axis('ns a decision'), axis(metric(value_key).title), costs);
    const waits = lines_of(p, q => q.waits.map((y, k) => ({ x: data.percentiles[k], y: Math.max(y, .001) })));
    if (waits.length) line_chart(target, 'Waits: from runnable to running', waits, { type: 'category', labels: data.percentiles, title: { display: true, text: 'percentile of waits' } }, log_axis('ms', { min: .001, grid: { display: false } }));
    const lorenz = lines_of(p, q => q.lorenz.map((y, k) => ({ x: 5 * k, y: 100 * y })));
    if (lorenz.length) line_chart(target, 'Lorenz curves of shares', lorenz, axis('% of owners, the poorest first'), axis('% of time by weight'));
    const heat = lines_of(p, q => q.temperature.map(s => ({ x: s[0], y: s[1] })));
    if (heat.length) line_chart(target, 'Temperature', heat, axis('seconds'), axis('degrees C'));
  } else target.append(el('p', no_charts, 'soft'));
  drawn_here = drawn.slice(before);

  $('all').replaceChildren(...themes.map(([title, keys]) => {
    const columns = keys.map(metric).filter(m => data.points[p].policies.some(q => q.of[m.key])), cost = title === themes[0][0];
    if (!columns.length) return '';
    const box = el('div');
    box.append(el('h3', title), make_table(['policy', ...columns.map(m => m.key), ...(cost ? ['ns a decision'] : [])], data.policies.map((name, i) => [[name, ...columns.map(m => {
      const f = figure(p, i, m.key);
      return f ? cell(shown(m, f), '±' + f.half_width.toFixed(m.digits)) : '-';
    }), ...(cost ? [data.points[p].policies[i].ns ? ns(data.points[p].policies[i].ns) : '-'] : [])], own(name) ? 'own' : ''])));
    return box;
  }));
  fit_tables();
  const names_here = data.points[p].groups;
  $('groups').hidden = !names_here.length;
  const percent = v => (100 * v).toFixed(1) + ' %';
  table('group_table', ['policy', ...names_here.flatMap(g => [g + ': time', 'value', 'utility'])], data.policies.map((name, i) =>
      [[name, ...data.points[p].policies[i].groups.flatMap(g => g.map(percent))], own(name) ? 'own' : '']));
}

let swept_here = [];
function sweep() {
  const key = $('metric').value;
  swept_here.forEach(c => { drawn.splice(drawn.indexOf(c), 1); c.destroy(); });
  $('sweep_plots').replaceChildren();
  const before = drawn.length;
  if (have_charts) {
    const lines = data.policies.map((name, i) => ({ label: name.replace('market/', ''), borderColor: colour_of(i), borderWidth: own(name) ? 2.5 : 1.2,
      borderDash: own(name) ? [] : [5, 4], data: data.points.map((q, p) => ({ x: point_name(p), y: (figure(p, i, key) || {}).mean })).filter(v => v.y !== undefined) }))
        .filter(l => l.data.length);
    line_chart($('sweep_plots'), metric(key).title, lines, { type: 'category', labels: data.points.map((_, p) => point_name(p)), ticks: { maxRotation: 60 } }, axis(key));
  } else $('sweep_plots').append(el('p', no_charts, 'soft'));
  swept_here = drawn.slice(before);
}

function definitions() {
  data.metrics.filter(m => applies(m.key)).forEach(m => $('terms').append(el('dt', m.key), el('dd', `${m.title}: ${m.definition}.`)));
  const facts = { Command: data.command, 'LP bounds': data.bounds, Commit: data.commit, Experiment: data.text };
  for (const [k, v] of Object.entries(facts)) {
    const dd = el('dd');
    const code = el(k === 'Experiment' ? 'pre' : 'code', v);
    code.style.whiteSpace = 'pre-wrap';
    code.style.overflowWrap = 'anywhere';
    dd.append(code);
    if (v) $('facts').append(el('dt', k), dd);
  }
}

/// A link to every section, in the order of the page.
function contents() {
  for (const s of document.querySelectorAll('section')) {
    const h = s.querySelector('h2');
    if (s.hidden || !h) continue;
    const a = el('a', h.textContent);
    a.href = '#' + s.id;
    $('contents').append(a, ' ');
  }
}

head();
$('sweep').hidden = data.points.length < 2;
data.points.forEach((p, i) => $('point').append(new Option(point_name(i), i)));
$('point').parentElement.style.display = data.points.length < 2 ? 'none' : '';
data.metrics.filter(m => applies(m.key)).forEach(m => $('metric').append(new Option(m.key, m.key, false, m.key === (applies('mean_c') ? 'value' : value_key))));
if (data.points.length > 1) sweep();
one_point();
definitions();
contents();
$('point').addEventListener('change', one_point);
$('metric').addEventListener('change', sweep);
fit_tables();
