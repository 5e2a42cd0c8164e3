/// What the page does beyond showing: values under the pointer, filters, the theme that is kept.

enum PageScript {
  /// Holds neither '<' nor '&', so that the page stays well-formed XML. All that it shows goes through
  /// `textContent`: text from data is never markup.
  static let javascript: StaticString = """

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
      const hide = () => { tip.hidden = true; };
      document.addEventListener('pointermove', (event) => {
        const mark = event.target.closest ? event.target.closest('[data-tip]') : null;
        if (!mark) return hide();
        tip.textContent = mark.dataset.tip;
        tip.hidden = false;
        const room = root.clientWidth - tip.offsetWidth - 8;
        tip.style.left = Math.max(8, Math.min(event.clientX + 14, room)) + 'px';
        const above = event.clientY - tip.offsetHeight - 12;
        tip.style.top = (above > 4 ? above : event.clientY + 18) + 'px';
      });
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

    """
}
