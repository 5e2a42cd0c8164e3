// What the page does beyond showing: values under the pointer, filters, the theme that is kept.
// Neither a less-than sign nor an ampersand, so that the page stays well-formed XML. All that it
// shows goes through textContent: text from data is never markup.
(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');

  // Theme: kept where the browser lets a file keep something.
  const key = 'tare-report-theme';
  const kept = (value) => {
    try { return value ? localStorage.setItem(key, value) : localStorage.getItem(key); }
    catch { return null; }
  };
  const choices = Array.from(document.querySelectorAll('.theme input'));
  choices.forEach((choice) => {
    if (choice.value === kept()) choice.checked = true;
    choice.addEventListener('change', () => kept(choice.value));
  });

  // Values under the pointer, at once and styled, in place of the browser's own.
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.append(tip);
  document.querySelectorAll('svg * > title').forEach((title) => {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  });
  // The name of a whole drawing is for screen readers alone.
  document.querySelectorAll('svg[role=img] > title').forEach((title) => {
    title.parentNode.setAttribute('aria-label', title.textContent);
    title.remove();
  });
  const hide = () => {
    tip.hidden = true;
    maps.forEach((map) => map.leave());
  };
  const show = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const room = root.clientWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(x + 14, room)) + 'px';
    const above = y - tip.offsetHeight - 12;
    tip.style.top = (above > 4 ? above : y + 18) + 'px';
  };

  // Heat maps: the cell under the pointer, or the one that arrow keys have come to.
  const said = document.createElement('div');
  said.className = 'unseen';
  said.setAttribute('aria-live', 'polite');
  document.body.append(said);
  const maps = Array.from(document.querySelectorAll('.map-frame')).map((frame) => {
    const cells = frame.querySelector('.map-cells');
    const area = cells.querySelector('.unknown');
    const cursor = cells.querySelector('.cursor');
    const rows = Array.from(cells.querySelectorAll('[data-row]'), (row) => (
      { name: row.dataset.row, values: row.dataset.values.split(' ') }));
    const names = frame.dataset.columns ? JSON.parse(frame.dataset.columns) : null;
    const size = { x: cursor.width.baseVal.value, y: cursor.height.baseVal.value };
    const top = area.y.baseVal.value;
    const place = { row: -1, column: -1 };
    const isAt = (row, column) => rows[row] !== undefined ? rows[row].values[column] !== undefined : false;
    // Moves the mark, and says what stands there.
    const go = (row, column) => {
      Object.assign(place, { row, column });
      cursor.setAttribute('x', column * size.x);
      cursor.setAttribute('y', top + row * size.y);
      cursor.setAttribute('visibility', 'visible');
      const value = rows[row].values[column];
      return rows[row].name + ', ' + frame.dataset.column + ' ' + (names ? names[column] : column)
        + ': ' + value + (value === '–' ? '' : frame.dataset.unit);
    };
    const at = (event) => {
      const box = area.getBoundingClientRect();
      const row = Math.floor((event.clientY - box.top) / size.y);
      const column = Math.floor((event.clientX - box.left) / size.x);
      return isAt(row, column) ? go(row, column) : null;
    };
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    frame.addEventListener('keydown', (event) => {
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      const row = Math.max(0, place.row + (place.row === -1 ? 1 : step[0]));
      const column = Math.max(0, place.column + (place.column === -1 ? 1 : step[1]));
      if (!isAt(row, column)) return;
      said.textContent = go(row, column);
      cursor.scrollIntoView({ block: 'nearest', inline: 'center', behavior: 'instant' });
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const box = cursor.getBoundingClientRect();
        go(row, column);
        show(said.textContent, box.right - 14, box.top);
      }));
    });
    frame.addEventListener('blur', () => hide());
    return { cells, at, leave: () => cursor.setAttribute('visibility', 'hidden') };
  });

  const point = (event) => {
    const mark = event.target.closest ? event.target.closest('[data-tip], .map-cells') : null;
    const map = maps.find((map) => map.cells === mark);
    hide();
    const text = map ? map.at(event) : mark ? mark.dataset.tip : null;
    if (text) show(text, event.clientX, event.clientY);
  };
  document.addEventListener('pointermove', point);
  document.addEventListener('pointerdown', point);
  document.addEventListener('pointerleave', hide);
  document.addEventListener('scroll', hide, { passive: true });

  // One run of several.
  document.querySelectorAll('form.run-filter').forEach((form) => {
    form.addEventListener('input', () => {
      const run = form.elements.run.value;
      document.querySelectorAll('.of-run').forEach((part) => {
        part.hidden = !['', part.dataset.run].includes(run);
      });
    });
    form.addEventListener('submit', (event) => event.preventDefault());
  });

  // Filters: of the examples and of long tables.
  document.querySelectorAll('main form.filters').forEach((form) => {
    const output = form.querySelector('output');
    const next = form.nextElementSibling;
    const isTable = form.elements.row !== undefined;
    const items = Array.from(next.querySelectorAll(isTable ? 'tr[data-row]' : '.card'));
    const value = (name) => {
      const field = form.elements[name];
      return field ? field.value.trim().toLowerCase() : '';
    };
    const texts = items.map((item) => (isTable ? item.dataset.row : item.textContent).toLowerCase());
    const apply = () => {
      let shown = 0;
      items.forEach((item, place) => {
        const tests = isTable
          ? [texts[place].includes(value('row'))]
          : [
              ['', item.dataset.kind].includes(value('kind')),
              ['', item.dataset.subset.toLowerCase()].includes(value('subset')),
              texts[place].includes(value('text')),
            ];
        item.hidden = tests.includes(false);
        shown += item.hidden ? 0 : 1;
      });
      next.querySelectorAll('tbody').forEach((body) => {
        const rows = Array.from(body.querySelectorAll('tr[data-row]'));
        if (rows.length > 0) body.classList.toggle('empty', rows.every((row) => row.hidden));
      });
      output.textContent = shown === items.length ? '' : shown + ' of ' + items.length + ' shown';
    };
    form.addEventListener('input', apply);
    form.addEventListener('submit', (event) => event.preventDefault());
  });

  // Where the reader is, in the list of sections.
  const links = Array.from(document.querySelectorAll('nav a'));
  const seen = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      links.forEach((link) => {
        if (link.hash === '#' + entry.target.id) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      });
    });
  }, { rootMargin: '-15% 0px -75% 0px' });
  document.querySelectorAll('main > section').forEach((section) => seen.observe(section));
})();
