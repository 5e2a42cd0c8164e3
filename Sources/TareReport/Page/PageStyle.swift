/// The look of the page: one style sheet, light and dark, on screen and on paper.

enum PageStyle {
  /// Blue and vermilion are told apart with every common colour blindness (Okabe and Ito 2008).
  /// Holds neither '<' nor '&', so that the page stays well-formed XML.
  static let css: StaticString = """

    :root {
      color-scheme: light dark;
      --ground: light-dark(#ffffff, #12161d); --raised: light-dark(#f5f7fa, #1a202a);
      --ink: light-dark(#1b2230, #e6eaf1); --soft: light-dark(#566073, #9aa5b8);
      --line: light-dark(#dfe4ec, #2b3442); --raw: light-dark(#0a68a8, #5db8f0);
      --calibrated: light-dark(#c2500a, #f29a52); --fit: light-dark(#1b2230, #ffffff);
      --gained: light-dark(#0a68a8, #5db8f0); --lost: light-dark(#c2500a, #f29a52);
    }
    :root:has(#theme-light:checked) { color-scheme: light; }
    :root:has(#theme-dark:checked) { color-scheme: dark; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; background: var(--ground); }
    body {
      margin: 0 auto; padding: 0 1.25rem 3rem; max-width: 84rem; background: var(--ground);
      color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto,
        "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
      overflow-wrap: break-word; accent-color: var(--raw);
    }
    a { color: var(--raw); text-underline-offset: 0.15em; }
    :focus-visible { outline: 3px solid var(--raw); outline-offset: 2px; border-radius: 3px; }
    .skip { position: absolute; left: -999rem; }
    .skip:focus { left: 1rem; top: 0.5rem; z-index: 3; background: var(--ground); }
    .unseen {
      position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
      white-space: nowrap;
    }
    .top { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; align-items: flex-start;
      justify-content: space-between; padding: 2rem 0 0.5rem; }
    .top > div { flex: 1 1 20rem; }
    .kind { margin: 0; color: var(--soft); font-size: 0.875rem; }
    h1 { margin: 0.1rem 0 0.5rem; font-size: clamp(1.5rem, 4.5vw, 2.1rem); line-height: 1.2;
      letter-spacing: -0.015em; text-wrap: balance; }
    h2 { margin: 0 0 0.9rem; font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; }
    h3 { margin: 2rem 0 0.75rem; padding-left: 0.6rem; border-left: 4px solid var(--line);
      font-size: 1.05rem; line-height: 1.35; }
    h4 { margin: 0.9rem 0 0.25rem; font-size: 0.85rem; color: var(--soft); font-weight: 600; }
    main > section { margin-top: 2.25rem; padding-top: 1.75rem; border-top: 1px solid var(--line);
      scroll-margin-top: 3.2rem; }
    main > section:first-child { margin-top: 1.25rem; border-top: 0; padding-top: 0; }
    main p { max-width: 46rem; }
    .missing { color: var(--soft); font-style: italic; }
    .hint { margin: 0.6rem 0; color: var(--soft); font-size: 0.875rem; }
    footer { margin-top: 3rem; color: var(--soft); font-size: 0.85rem; }

    .theme { display: flex; margin: 0.3rem 0 0; padding: 0; border: 1px solid var(--line);
      border-radius: 8px; font-size: 0.85rem; overflow: hidden; }
    .theme label { position: relative; display: block; cursor: pointer; }
    .theme input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
    .theme span { display: block; padding: 0.3rem 0.75rem; color: var(--soft); }
    .theme input:checked + span { background: var(--raised); color: var(--ink); font-weight: 600; }
    .theme input:focus-visible + span { outline: 3px solid var(--raw); outline-offset: -3px; }

    nav { position: sticky; top: 0; z-index: 2; margin: 0 -1.25rem; padding: 0 1.25rem;
      background: var(--ground); border-bottom: 1px solid var(--line); overflow-x: auto;
      scrollbar-width: none; }
    nav ul { display: flex; gap: 1.1rem; margin: 0; padding: 0; list-style: none;
      font-size: 0.9rem; white-space: nowrap; }
    nav a { display: block; padding: 0.6rem 0; color: var(--soft); text-decoration: none; }
    nav a:hover { color: var(--ink); }
    nav a[aria-current] { color: var(--ink); box-shadow: inset 0 -2px var(--raw); }
    @media (min-width: 72rem) {
      .page { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 2.5rem; }
      nav { align-self: start; top: 1.25rem; margin: 1.25rem 0 0; padding: 0; border: 0;
        overflow: visible; }
      nav ul { display: block; border-left: 2px solid var(--line); white-space: normal; }
      nav a { padding: 0.3rem 0 0.3rem 0.9rem; margin-left: -2px; border-left: 2px solid transparent; }
      nav a[aria-current] { border-color: var(--raw); box-shadow: none; font-weight: 600; }
      main > section { scroll-margin-top: 1rem; }
    }

    .numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr));
      gap: 0.9rem; }
    .number { padding: 0.9rem 1.1rem; background: var(--raised); border-radius: 10px;
      border-left: 4px solid var(--soft); }
    .number.raw { border-color: var(--raw); }
    .number.calibrated { border-color: var(--calibrated); }
    .number p { margin: 0; }
    .number .name, .number .interval { color: var(--soft); font-size: 0.85rem; }
    .number .value { font-size: 2rem; font-weight: 650; line-height: 1.25;
      letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
    .number .interval { white-space: normal; }
    .number .interval span { white-space: nowrap; }
    .findings { margin: 1.4rem 0 0; }
    .findings > div { display: grid; grid-template-columns: 9rem minmax(0, 46rem); gap: 0 1.25rem;
      padding: 0.7rem 0; border-top: 1px solid var(--line); }
    .findings dt { font-weight: 650; }
    .findings dd { margin: 0; }
    .notes { margin: 0.9rem 0 0; padding-left: 1.2rem; color: var(--soft); font-size: 0.875rem;
      max-width: 46rem; }

    .wide { position: relative; overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.925rem; font-variant-numeric: tabular-nums; }
    caption { padding: 0 0 0.5rem; text-align: left; color: var(--soft); font-size: 0.875rem; }
    .wide caption { max-width: calc(100vw - 2.5rem); }
    .accuracy { width: 100%; margin-top: 0.25rem; }
    .accuracy th, .accuracy td { padding: 0.32rem 0.7rem; text-align: right; vertical-align: top;
      font-weight: 400; }
    .accuracy thead th { color: var(--soft); font-size: 0.85rem; white-space: nowrap;
      vertical-align: bottom; }
    .accuracy tbody { border-top: 1px solid var(--line); }
    .accuracy tbody:last-child { border-bottom: 1px solid var(--line); }
    .accuracy tbody.empty { display: none; }
    .accuracy th:first-child { padding-left: 0; text-align: left; }
    .accuracy tbody th[scope=row] { text-align: left; min-width: 7rem; max-width: 18rem; }
    .accuracy .rank { text-align: left; padding-left: 0; }
    .accuracy .total th, .accuracy .total td { font-weight: 650; }
    .accuracy .group th { padding: 0.7rem 0 0.15rem; text-align: left; color: var(--soft);
      font-size: 0.8rem; letter-spacing: 0.02em; }
    .interval { display: block; color: var(--soft); font-size: 0.78rem;
      font-weight: 400; white-space: nowrap; line-height: 1.25; }
    .accuracy .bars { padding: 0 0 0 0.5rem; width: 13rem; vertical-align: middle; }
    .accuracy tbody tr:not(.group):hover { background: var(--raised); }
    .key { display: inline-block; width: 0.6rem; height: 0.6rem; margin-right: 0.4rem;
      background: var(--raw); border-radius: 50%; }
    .key.calibrated { background: var(--calibrated); border-radius: 0; transform: rotate(45deg); }
    .interval-bars { display: block; margin-left: auto; }
    .interval-bars text { fill: var(--soft); font-size: 11px; }
    .grid { stroke: var(--line); stroke-width: 1; }
    .interval-bars .interval { stroke-width: 2.5; stroke-linecap: round; opacity: 0.6; }
    .interval-bars .raw { stroke: var(--raw); fill: var(--raw); }
    .interval-bars .calibrated { stroke: var(--calibrated); fill: var(--calibrated); }
    .interval-bars circle, .interval-bars path { stroke: none; }
    .plain th, .plain td { padding: 0.2rem 0.9rem 0.2rem 0; text-align: right; font-weight: 400;
      white-space: nowrap; }
    .plain th:first-child { text-align: left; }
    .plain thead th { color: var(--soft); }
    .heat { margin-top: 1.25rem; }
    .heat th { padding: 0.3rem 0.8rem 0.3rem 0; font-weight: 400; text-align: left;
      color: var(--soft); }
    .heat td { padding: 0.45rem 0.9rem; text-align: center; --part: 0%;
      background: color-mix(in srgb, var(--raw) var(--part), var(--ground)); }
    .heat thead td { background: none; }
    .heat td.h1 { --part: 5%; } .heat td.h2 { --part: 10%; }
    .heat td.h3 { --part: 15%; } .heat td.h4 { --part: 20%; } .heat td.h5 { --part: 25%; }
    .heat td.h6 { --part: 30%; } .heat td.h7 { --part: 36%; } .heat td.h8 { --part: 42%; }
    .heat td.h9 { --part: 48%; }
    .heat .interval { color: var(--ink); opacity: 0.75; }

    .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
      gap: 1.75rem 2rem; margin-top: 1rem; }
    .beside { align-self: center; }
    figure { margin: 0; max-width: 42rem; }
    figcaption { font-weight: 600; font-size: 0.95rem; margin-bottom: 0.35rem; }
    .plot { display: block; width: 100%; height: auto; overflow: visible; }
    .axis text, .side { fill: var(--soft); font-size: 12.5px; font-variant-numeric: tabular-nums; }
    .axis .name { fill: var(--ink); }
    .axis .base { stroke: var(--soft); }
    figure.raw { --hue: var(--raw); }
    figure.calibrated { --hue: var(--calibrated); }
    .raw { --mark: var(--raw); }
    .calibrated { --mark: var(--calibrated); }
    .points circle { fill: var(--hue); fill-opacity: 0.38; }
    .points circle:hover { fill-opacity: 1; }
    .points rect { fill: var(--hue); shape-rendering: crispEdges; }
    .points rect:hover { fill: var(--ink); fill-opacity: 1; }
    .d1 { fill-opacity: 0.13; } .d2 { fill-opacity: 0.28; } .d3 { fill-opacity: 0.46; }
    .d4 { fill-opacity: 0.68; } .d5 { fill-opacity: 0.95; }
    .curve, .halo, .removed, .line, .step { fill: none; stroke-linejoin: round;
      stroke-linecap: round; pointer-events: none; }
    .plot .curve { stroke: var(--fit); stroke-width: 2.25; }
    .knot { fill: var(--fit); fill-opacity: 0; }
    .knot:hover { fill-opacity: 1; }
    .halo { stroke: var(--ground); stroke-width: 6; stroke-opacity: 0.8; }
    .plot .band { fill: var(--fit); fill-opacity: 0.17; pointer-events: none; }
    .plot .band.raw, .plot .band.calibrated { fill: var(--mark); fill-opacity: 0.15; }
    .plot .removed { stroke: var(--calibrated); stroke-width: 2.25; stroke-dasharray: 6 5;
      pointer-events: auto; }
    .plot .line { stroke: var(--mark); stroke-width: 2.25; }
    .mark .interval { stroke: var(--mark); stroke-width: 2; stroke-linecap: round; opacity: 0.65; }
    .mark circle, .mark path { fill: var(--mark); stroke: var(--ground); stroke-width: 1; }
    .reference { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 3 4; }
    .zero { stroke: var(--soft); stroke-width: 1.25; }
    .wrong { fill: var(--soft); fill-opacity: 0.09; }
    .area { fill: var(--mark); fill-opacity: 0.32; stroke: var(--mark); stroke-width: 1.25; }
    .step { stroke: var(--mark); stroke-width: 2.25; }
    .target { fill: var(--ink); fill-opacity: 0; }
    .target:hover { fill-opacity: 0.08; }
    .legend { margin: 0.35rem 0 0; color: var(--soft); font-size: 0.85rem; }
    .legend .item { display: inline-block; margin-right: 1.1rem; }
    .swatch { display: inline-block; margin: 0 0.4rem 0.1rem 0; vertical-align: middle; }
    .swatch.points, .swatch.raw { width: 0.6rem; height: 0.6rem; border-radius: 50%;
      background: var(--hue, var(--raw)); }
    .swatch.calibrated { width: 0.55rem; height: 0.55rem; background: var(--calibrated);
      transform: rotate(45deg); }
    .swatch.area { width: 0.9rem; border-radius: 2px; opacity: 0.55; background: var(--raw); }
    .swatch.step, .swatch.curve, .swatch.removed, .swatch.reference, .swatch.curve-raw,
    .swatch.curve-calibrated { width: 1.5rem; height: 0; border-top: 2.5px solid var(--fit);
      border-radius: 0; background: none; transform: none; }
    .swatch.step, .swatch.curve-calibrated { border-color: var(--calibrated); }
    .swatch.curve-raw { border-color: var(--raw); }
    .swatch.removed { border-top: 2.5px dashed var(--calibrated); }
    .swatch.reference { border-top: 2px dashed var(--soft); }
    .tools { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin-top: 0.3rem;
      font-size: 0.85rem; align-items: baseline; }
    .tools details[open] { flex: 1 0 100%; max-width: 100%; }
    summary { cursor: pointer; }
    .numbers-table summary { color: var(--soft); }
    .numbers-table .wide { margin-top: 0.4rem; }

    .filters { display: none; flex-wrap: wrap; gap: 0.5rem 1.1rem; margin: 0.5rem 0 0.9rem;
      align-items: center; font-size: 0.9rem; }
    .js .filters { display: flex; }
    .run-filter { margin: 0; }
    .filters input, .filters select { max-width: 100%; padding: 0.3rem 0.5rem; font: inherit;
      color: var(--ink); background: var(--ground); border: 1px solid var(--line);
      border-radius: 6px; }
    .filters output { color: var(--soft); }
    .card { border: 1px solid var(--line); border-left: 4px solid var(--gained); border-radius: 8px;
      margin: 0.5rem 0; padding: 0 1rem; }
    .card.lost { border-left-color: var(--lost); }
    .card summary { display: grid; grid-template-columns: 4.2rem minmax(0, 1fr) auto;
      gap: 0.2rem 0.9rem; padding: 0.55rem 0; align-items: baseline; list-style: none; }
    .card summary::-webkit-details-marker { display: none; }
    .card[open] { padding-bottom: 0.6rem; background: var(--raised); }
    .badge { font-size: 0.8rem; font-weight: 650; color: var(--gained); }
    .badge::before { content: "+ "; }
    .lost .badge { color: var(--lost); }
    .lost .badge::before { content: "− "; }
    .card .excerpt { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .meta { color: var(--soft); font-size: 0.82rem; font-variant-numeric: tabular-nums; }
    .answer .meta { margin: 0 0 0.3rem; }
    .answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
      gap: 0 1.25rem; }
    pre { margin: 0; padding: 0.7rem 0.9rem; max-height: 22rem; overflow: auto;
      background: var(--ground); border: 1px solid var(--line); border-radius: 6px;
      font: 0.85rem/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace;
      white-space: pre-wrap; overflow-wrap: anywhere; }

    .tip { position: fixed; z-index: 5; max-width: 22rem; padding: 0.35rem 0.6rem;
      background: var(--ink); color: var(--ground); border-radius: 6px; font-size: 0.82rem;
      line-height: 1.4; pointer-events: none; }

    .facts { width: 100%; margin-bottom: 1.25rem; }
    .facts th, .facts td { padding: 0.35rem 0; border-top: 1px solid var(--line);
      text-align: left; vertical-align: top; font-weight: 400; }
    .facts th { width: 11rem; padding-right: 1rem; color: var(--soft); }
    .facts td { overflow-wrap: anywhere; font-family: ui-monospace, "SF Mono", Menlo,
      "DejaVu Sans Mono", monospace; font-size: 0.85em; }
    .facts caption { color: var(--ink); font-weight: 600; font-size: 0.95rem; }

    @media (max-width: 40rem) {
      body { padding: 0 1rem 2rem; }
      nav { margin: 0 -1rem; padding: 0 1rem; }
      .top { padding-top: 1.25rem; }
      .number { padding: 0.7rem 0.9rem; }
      .number .value { font-size: 1.6rem; }
      .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); }
      .findings > div { grid-template-columns: 1fr; }
      .accuracy { font-size: 0.85rem; }
      .accuracy th, .accuracy td { padding-left: 0.2rem; padding-right: 0.2rem; }
      .accuracy thead th { font-size: 0.75rem; white-space: normal; }
      .accuracy .interval { font-size: 0.7rem; }
      .accuracy .change .interval { white-space: normal; }
      .accuracy tbody th[scope=row] { min-width: 5.5rem; max-width: 8rem; }
      .accuracy tbody th[scope=row]:first-child { position: sticky; left: 0;
        background: var(--ground); }
      .key { margin-right: 0.25rem; }
      .card summary { grid-template-columns: 4rem minmax(0, 1fr); }
      .card .meta { grid-column: 2; }
      .facts th { width: 7.5rem; }
      .axis text, .side { font-size: 13.5px; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    @media print {
      :root, :root:has(#theme-dark:checked) { color-scheme: light; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      .page { display: block; }
      nav, .theme, .tools, .filters, .skip, .tip { display: none !important; }
      main > section { margin-top: 1.2rem; padding-top: 1rem; }
      h2, h3, caption { break-after: avoid; }
      .accuracy .group { break-after: avoid; }
      .panels { grid-template-columns: 1fr 1fr; }
      .numbers { grid-template-columns: repeat(4, 1fr); gap: 0.5rem; }
      main > section > p { break-after: avoid; }
      figure, tr, .number, .card { break-inside: avoid; }
      .number { border: 1px solid var(--line); }
      .wide { overflow: visible; }
      * { print-color-adjust: exact; }
    }

    """
}
