/// The look of the page: one style sheet, light and dark, on screen and on paper.

enum PageStyle {
  /// Blue and vermilion are told apart with every common colour blindness (Okabe and Ito 2008).
  /// Holds neither '<' nor '&', so that the page stays well-formed XML.
  static let css: StaticString = """

    :root {
      color-scheme: light dark;
      --ground: #ffffff; --raised: #f6f7f9; --ink: #1c2330; --soft: #586174; --line: #dfe3ea;
      --raw: #0a68a8; --calibrated: #c2500a; --fit: #1c2330; --focus: #0a68a8;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #12161d; --raised: #1a202a; --ink: #e6eaf1; --soft: #9aa5b8; --line: #2d3644;
        --raw: #5db8f0; --calibrated: #f29a52; --fit: #ffffff; --focus: #8fd0ff;
      }
    }
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
    body {
      margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 68rem; background: var(--ground);
      color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto,
        "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
      overflow-wrap: break-word;
    }
    a { color: var(--raw); text-underline-offset: 0.15em; }
    :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
    .skip { position: absolute; left: -999rem; }
    .skip:focus { left: 1rem; top: 0.5rem; }
    .unseen {
      position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
      white-space: nowrap;
    }
    .kind { margin: 0; color: var(--soft); font-size: 0.875rem; }
    h1 { margin: 0.1rem 0 0.75rem; font-size: clamp(1.5rem, 4.5vw, 2.1rem); line-height: 1.2;
      letter-spacing: -0.015em; text-wrap: balance; }
    h2 { margin: 0 0 0.9rem; font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; }
    h3 { margin: 1.75rem 0 0.75rem; font-size: 1.05rem; }
    section { margin-top: 2.5rem; padding-top: 1.75rem; border-top: 1px solid var(--line);
      scroll-margin-top: 1rem; }
    nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0; padding: 0;
      list-style: none; font-size: 0.9rem; }
    .run { margin: -0.5rem 0 1rem; color: var(--soft); }
    .missing { color: var(--soft); font-style: italic; }
    footer { margin-top: 3rem; color: var(--soft); font-size: 0.85rem; }

    .numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 10.5rem), 1fr));
      gap: 0.9rem; }
    .number { padding: 0.9rem 1.1rem; background: var(--raised); border-radius: 10px;
      border-left: 4px solid var(--soft); }
    .number.raw { border-color: var(--raw); }
    .number.calibrated { border-color: var(--calibrated); }
    .number p { margin: 0; }
    .number .name, .number .interval { color: var(--soft); font-size: 0.85rem; }
    .number .value { font-size: 2rem; font-weight: 650; line-height: 1.25;
      letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
    .number .interval span { white-space: nowrap; }
    .findings { margin: 1.25rem 0 0; padding-left: 1.2rem; max-width: 46rem; }
    .findings li { margin: 0.45rem 0; padding-left: 0.2rem; }
    .findings li::marker, .notes li::marker { color: var(--soft); }
    .notes { margin: 0.9rem 0 0; padding-left: 1.2rem; color: var(--soft); font-size: 0.875rem;
      max-width: 46rem; }

    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.925rem; font-variant-numeric: tabular-nums; }
    caption { padding: 0 0 0.5rem; text-align: left; color: var(--soft); font-size: 0.875rem; }
    .wide caption { max-width: calc(100vw - 2.5rem); }
    .accuracy { width: 100%; }
    .accuracy th, .accuracy td { padding: 0.32rem 0.7rem; text-align: right; vertical-align: top;
      font-weight: 400; }
    .accuracy thead th { color: var(--soft); font-size: 0.85rem; white-space: nowrap;
      vertical-align: bottom; }
    .accuracy tbody { border-top: 1px solid var(--line); }
    .accuracy tbody:last-child { border-bottom: 1px solid var(--line); }
    .accuracy tbody th[scope=row] { padding-left: 0; text-align: left; min-width: 7rem;
      max-width: 16rem; }
    .accuracy .total th, .accuracy .total td { font-weight: 650; }
    .accuracy .group th { padding: 0.7rem 0 0.15rem; text-align: left; color: var(--soft);
      font-size: 0.8rem; letter-spacing: 0.02em; }
    .accuracy .interval { display: block; color: var(--soft); font-size: 0.78rem;
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

    .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr));
      gap: 1.5rem; }
    figure { margin: 0; max-width: 44rem; }
    figcaption { font-weight: 600; font-size: 0.95rem; margin-bottom: 0.35rem; }
    .density { display: block; width: 100%; height: auto; }
    .axis text { fill: var(--soft); font-size: 12.5px; font-variant-numeric: tabular-nums; }
    .axis .name { fill: var(--ink); }
    .axis .base { stroke: var(--soft); }
    figure.raw { --hue: var(--raw); }
    figure.calibrated { --hue: var(--calibrated); }
    .points circle { fill: var(--hue); fill-opacity: 0.38; }
    .points circle:hover { fill-opacity: 1; }
    .points rect { fill: var(--hue); shape-rendering: crispEdges; }
    .points rect:hover { fill: var(--ink); fill-opacity: 1; }
    .d1 { fill-opacity: 0.14; } .d2 { fill-opacity: 0.3; } .d3 { fill-opacity: 0.48; }
    .d4 { fill-opacity: 0.7; } .d5 { fill-opacity: 0.95; }
    .curve, .halo { fill: none; stroke-linejoin: round; stroke-linecap: round; }
    .density .curve { stroke: var(--fit); stroke-width: 2.5; }
    .calibrated .density .curve, .calibrated.density .curve { stroke-dasharray: 7 5; }
    .halo { stroke: var(--ground); stroke-width: 6.5; stroke-opacity: 0.85; }
    .legend { margin: 0.35rem 0 0; color: var(--soft); font-size: 0.85rem; }
    .swatch { display: inline-block; margin: 0 0.4rem 0.1rem 0; vertical-align: middle; }
    .swatch.points { width: 0.55rem; height: 0.55rem; border-radius: 50%;
      background: var(--hue); }
    .swatch.curve { width: 1.5rem; border-top: 2.5px solid var(--fit); }
    .calibrated .swatch.curve { border-top-style: dashed; }
    .legend .item { display: inline-block; margin-right: 1rem; }
    .downloads { display: block; }
    .downloads a { margin-right: 1rem; }

    .facts { width: 100%; margin-bottom: 1.25rem; }
    .facts th, .facts td { padding: 0.35rem 0; border-top: 1px solid var(--line);
      text-align: left; vertical-align: top; font-weight: 400; }
    .facts th { width: 11rem; padding-right: 1rem; color: var(--soft); }
    .facts td { overflow-wrap: anywhere; font-family: ui-monospace, "SF Mono", Menlo,
      "DejaVu Sans Mono", monospace; font-size: 0.85em; }
    .facts caption { color: var(--ink); font-weight: 600; font-size: 0.95rem; }

    @media (max-width: 34rem) {
      body { padding: 1.25rem 1rem 2rem; }
      .number { padding: 0.7rem 0.9rem; }
      .number .value { font-size: 1.6rem; }
      .accuracy { font-size: 0.85rem; }
      .accuracy th, .accuracy td { padding-left: 0.2rem; padding-right: 0.2rem; }
      .accuracy thead th { font-size: 0.75rem; }
      .accuracy .interval { font-size: 0.7rem; }
      .accuracy .change .interval { white-space: normal; }
      .accuracy tbody th[scope=row] { position: sticky; left: 0; background: var(--ground);
        min-width: 5.5rem; max-width: 6.5rem; }
      .key { margin-right: 0.25rem; }
      .facts th { width: 7.5rem; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    @media print {
      :root { color-scheme: light; --ground: #fff; --raised: #fff; --ink: #000; --soft: #444;
        --line: #bbb; --raw: #0a68a8; --calibrated: #c2500a; --fit: #000; }
      body { max-width: none; padding: 0; font-size: 10.5pt; }
      nav, .downloads, .skip { display: none; }
      section { margin-top: 1.2rem; padding-top: 1rem; }
      h2, h3, caption { break-after: avoid; }
      .accuracy .group { break-after: avoid; }
      .panels { grid-template-columns: 1fr 1fr; }
      figure, tr, .number { break-inside: avoid; }
      .number { border: 1px solid var(--line); }
      .wide { overflow: visible; }
      * { print-color-adjust: exact; }
    }

    """
}
