/** The script of the page: plain JavaScript for browsers. What objects hold reaches the page as text nodes only. */
export const SCRIPT = `
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const form = document.getElementById('filter');
  if (!form) return;
  const text = document.getElementById('text');
  const items = [...document.querySelectorAll('.item')].map((element) => ({
    element,
    words: element.textContent.toLowerCase(),
    classes: element.dataset.class.split(' '),
  }));
  const sections = [...document.querySelectorAll('main section')];

  const filter = () => {
    const wanted = text.value.trim().toLowerCase().split(/\\s+/).filter(Boolean);
    const cluster = document.getElementById('cluster').value;
    const component = document.getElementById('component').value;
    const boxes = [...form.querySelectorAll('[name=class]')];
    const classes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const all = classes.size === boxes.length;
    let shown = 0;
    for (const { element, words, classes: own } of items) {
      const hit = wanted.every((word) => words.includes(word))
        && (!cluster || element.dataset.cluster === cluster)
        && (!component || element.dataset.component === component)
        && (all || own.some((name) => classes.has(name)));
      element.hidden = !hit;
      if (hit) shown++;
    }
    for (const section of sections) section.hidden = !section.querySelector('.item:not([hidden])');
    document.getElementById('shown').textContent = shown + ' of ' + items.length + ' shown';
  };

  const cell = (line, kind) => {
    const td = document.createElement('td');
    if (line === null) return td;
    if (kind) td.className = kind;
    const key = /^(\\s*(?:- )?)([^\\s:#"'][^:]*)(:(?: .*)?)$/.exec(line);
    if (!key) { td.textContent = line; return td; }
    const span = document.createElement('span');
    span.className = 'key';
    span.textContent = key[2];
    td.append(key[1], span, key[3]);
    return td;
  };

  const row = ([kind, one, other]) => {
    const tr = document.createElement('tr');
    if (kind === 2) {
      const td = document.createElement('td');
      td.colSpan = 2;
      td.className = 'gap';
      td.textContent = one + (one === 1 ? ' line' : ' lines') + ' not shown';
      tr.append(td);
    } else if (kind === 0) tr.append(cell(one, ''), cell(one, ''));
    else tr.append(cell(one, 'old'), cell(other, 'new'));
    return tr;
  };

  const fill = (details) => {
    if (details.querySelector('table')) return;
    const table = document.createElement('table');
    table.className = 'rows';
    const caption = document.createElement('caption');
    caption.className = 'count';
    caption.textContent = 'before, and after';
    const body = document.createElement('tbody');
    body.append(...data[Number(details.id.slice(1))].rows.map(row));
    table.append(caption, body);
    details.append(table);
  };

  document.addEventListener('toggle', ({ target }) => { if (target.open) fill(target); }, true);
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target || !target.classList.contains('object')) return;
    target.hidden = false;
    target.closest('section').hidden = false;
    target.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', follow);

  const step = (by) => {
    const shown = items.map(({ element }) => element).filter((element) => !element.hidden);
    const now = document.activeElement && document.activeElement.closest('.item');
    const next = shown[Math.min(shown.length - 1, Math.max(0, shown.indexOf(now) + by))];
    if (!next) return;
    const target = next.querySelector('summary') || next;
    target.focus();
    next.scrollIntoView({ block: 'center' });
  };
  addEventListener('keydown', (event) => {
    const typing = event.target.matches('input, select');
    if (event.key === 'Escape') { form.reset(); filter(); event.target.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/') { event.preventDefault(); text.focus(); }
    else if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else if (event.key === 'Enter' && event.target.matches('li.item')) { const link = event.target.querySelector('a'); if (link) link.click(); }
  });

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', filter);
  filter();
  follow();
})();
`;
