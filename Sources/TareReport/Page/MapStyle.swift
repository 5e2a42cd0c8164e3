/// The look of heat maps and of lines by layer, light and dark.

enum MapStyle {
  /// From little to much (q) and both ways from what is even (v): evenly spaced in Oklab, lightness falling
  /// (in the dark rising) all along, so that a map reads the same in grey and with every common colour
  /// blindness. Holds neither '<' nor '&', so that the page stays well-formed XML.
  static let css: StaticString = """

    :root { --third: light-dark(#0a7d5c, #4fd0a8); }
    .q0 { fill: light-dark(#eef4f6, #1b2431); }
    .q1 { fill: light-dark(#c0e0e2, #1d3857); }
    .q2 { fill: light-dark(#93cbd9, #1e4e7b); }
    .q3 { fill: light-dark(#63b5cf, #206998); }
    .q4 { fill: light-dark(#459ac3, #2385aa); }
    .q5 { fill: light-dark(#277fb7, #30a1af); }
    .q6 { fill: light-dark(#1a64a1, #5bbaac); }
    .q7 { fill: light-dark(#144988, #89d1a3); }
    .q8 { fill: light-dark(#10326a, #c0e3a6); }
    .q9 { fill: light-dark(#0b1d4a, #f6f3ae); }
    .v0 { fill: light-dark(#0a4a85, #8fd3ff); }
    .v1 { fill: light-dark(#1c67a4, #6ab5e9); }
    .v2 { fill: light-dark(#2f86c3, #4397d3); }
    .v3 { fill: light-dark(#60a2d2, #327aaf); }
    .v4 { fill: light-dark(#8cbedf, #255e8b); }
    .v5 { fill: light-dark(#bcd8ea, #264461); }
    .v6 { fill: light-dark(#eff1f2, #242c38); }
    .v7 { fill: light-dark(#f4d3b9, #503c33); }
    .v8 { fill: light-dark(#f1b486, #7d4a25); }
    .v9 { fill: light-dark(#e69258, #a46330); }
    .v10 { fill: light-dark(#d4712d, #cc7c3b); }
    .v11 { fill: light-dark(#b85619, #e69f62); }
    .v12 { fill: light-dark(#9c3a00, #ffc48a); }
    figure.map { min-width: 0; }
    figure.map.whole { grid-column: 1 / -1; max-width: none; }
    figure.map.tall { grid-row: span 2; }
    .map-frame { display: flex; width: fit-content; max-width: 100%; }
    .map-frame svg { display: block; flex: none; }
    .map-rows { position: sticky; left: 0; z-index: 1; background: var(--ground); }
    .map-cells { touch-action: pan-x pan-y; }
    .cells path, .map-key rect { shape-rendering: crispEdges; }
    .cells .unknown { fill: var(--raised); }
    .cells .lines { fill: none; stroke: var(--ground); stroke-width: 1;
      vector-effect: non-scaling-stroke; }
    .cells .thin { stroke-width: 0.6; stroke-opacity: 0.6; }
    .cells .cross { fill: none; stroke: var(--soft); stroke-width: 1;
      vector-effect: non-scaling-stroke; shape-rendering: auto; }
    .cells text { font-size: 11.5px; font-variant-numeric: tabular-nums; }
    .cells .weak { fill: var(--ink); }
    .cells .strong { fill: var(--ground); }
    .cursor { fill: none; stroke: var(--ink); stroke-width: 2; pointer-events: none; }
    .map-legend { display: flex; flex-wrap: wrap; align-items: start; gap: 0.1rem 0.6rem;
      margin: 0.4rem 0 0; color: var(--soft); font-size: 0.85rem; max-width: none; }
    .map-key { display: block; flex: none; }
    .map-key text { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
    .one { --mark: var(--raw); } .two { --mark: var(--calibrated); }
    .three { --mark: var(--third); }
    .plot .line.two { stroke-dasharray: 9 3; } .plot .line.three { stroke-dasharray: 3 4; }
    .marks { fill: var(--mark); stroke: var(--ground); stroke-width: 1; }
    .swatch.line-one, .swatch.line-two, .swatch.line-three { width: 1.7rem; height: 0;
      border-top: 2.5px solid var(--raw); }
    .swatch.line-two { border-top: 2.5px dashed var(--calibrated); }
    .swatch.line-three { border-top: 2.5px dotted var(--third); }
    .part { margin: 2.25rem 0 0.4rem; color: var(--ink); font-size: 1.02rem; font-weight: 650; }
    .estimates { min-width: 0; max-width: 34rem; }
    .estimates .accuracy th[scope=row] { white-space: nowrap; }
    .dumbbell .gap { stroke: var(--raw); stroke-width: 2.5; opacity: 0.55; }
    .dumbbell .here { fill: var(--raw); }
    .dumbbell .elsewhere { fill: var(--ground); stroke: var(--soft); stroke-width: 1.5; }
    @media (max-width: 40rem) {
      .estimates .interval-bars { width: 8rem; height: auto; }
      .particular .bars { display: none; }
    }
    @media print {
      .map-frame { zoom: 0.72; }
      .map-rows { position: static; }
      .part { break-after: avoid; }
    }

    """
}
