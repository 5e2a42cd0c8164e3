/// What the sections on the inside of models have in common.

extension ReportSection {
  /// The contents for each inspection, under its model's name where there are several.
  @MarkupBuilder static func each<Inspection>(
    _ inspections: [Inspection], model: KeyPath<Inspection, String>,
    @MarkupBuilder _ contents: (Inspection) -> [Markup]
  ) -> [Markup] {
    for inspection in inspections {
      if inspections.count > 1 { tag("h3") { inspection[keyPath: model] } }
      contents(inspection)
    }
  }

  /// Figures under a title of their own, with a sentence on how to read them.
  @MarkupBuilder static func part(
    _ title: String, _ hint: String, @MarkupBuilder _ figures: () -> [Markup]
  ) -> [Markup] {
    let figures = figures()
    if !figures.isEmpty {
      tag("h4", ["class": "part"]) { title }
      tag("p", ["class": "hint"]) { hint }
      tag("div", ["class": "panels"]) { figures }
    }
  }
}
