/// What calibration decides differently, with the texts.

package enum ChangesSection: ReportSection {
  package static let key = "changes"
  package static let summary = "pairs that calibration corrects or breaks, with their texts"
  package static let title = "What calibration changes"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if let changes = run.changes {
        if changes.gained + changes.lost == 0 {
          tag("p") { "Calibration changes no decision." }
        } else {
          tag("p") { sentence(changes) }
          filters(changes, of: run)
          tag("div", ["class": "cards"]) {
            for example in changes.examples { card(example) }
          }
        }
      } else {
        tag("p", ["class": "missing"]) {
          "There are no calibrated scores of labelled responses to compare with."
        }
      }
    }
  }

  private static func sentence(_ changes: Changes) -> String {
    let all = changes.gained + changes.lost
    let shown = changes.examples.count
    let which =
      shown < all
      ? " \(shown.text) are shown, most confident changes first."
      : " Most confident changes first."
    return """
      Calibration corrects \(changes.gained.text) that \(changes.gained == 1 ? "was" : "were") wrong, \
      and breaks \(changes.lost.text) that \(changes.lost == 1 ? "was" : "were") right.\(which)
      """
  }

  /// Shown by the page's script, which they need.
  private static func filters(_ changes: Changes, of run: Report.Run) -> Markup {
    let subsets = Set(changes.examples.compactMap(\.subset)).sorted()
    return tag(
      "form", ["class": "filters", "aria-label": "Filter the examples of \(run.name)"]
    ) {
      select("kind", "Show", [("", "all"), ("gained", "gained"), ("lost", "lost")])
      if subsets.count > 1 {
        select("subset", "Subset", [("", "all")] + subsets.map { ($0, $0) })
      }
      tag("label") {
        "Text "
        tag("input", ["type": "search", "name": "text", "placeholder": "words in the texts"])
      }
      tag("output", ["aria-live": "polite"])
    }
  }

  private static func select(
    _ name: String, _ title: String, _ options: [(value: String, title: String)]
  ) -> Markup {
    tag("label") {
      title + " "
      tag("select", ["name": name]) {
        for option in options { tag("option", ["value": option.value]) { option.title } }
      }
    }
  }

  private static func card(_ example: Changes.Example) -> Markup {
    let kind = example.isGained ? "gained" : "lost"
    return tag(
      "details",
      ["class": "card \(kind)", "data-kind": kind, "data-subset": example.subset ?? ""]
    ) {
      tag("summary") {
        tag("span", ["class": "badge"]) { kind }
        tag("span", ["class": "excerpt"]) {
          example.prompt?.excerpt(140) ?? example.id
        }
        tag("span", ["class": "meta"]) {
          if let subset = example.subset { subset + " · " }
          if let margin = example.margin {
            "margin \(margin.raw.significant(3)) → \(margin.calibrated.significant(3))"
          }
        }
      }
      if let prompt = example.prompt {
        tag("h4") { "Prompt" }
        tag("pre") { prompt }
      }
      tag("div", ["class": "answers"]) {
        for response in example.responses { answer(response) }
      }
      if example.responses.isEmpty {
        tag("p", ["class": "hint"]) { "Prompt \(example.id). The texts are not known." }
      } else {
        tag("p", ["class": "hint"]) { "Prompt id \(example.id)" }
      }
    }
  }

  private static func answer(_ response: Changes.Example.Text) -> Markup {
    tag("div", ["class": "answer"]) {
      tag("h4") { response.name }
      tag("p", ["class": "meta"]) { facts(of: response).joined(separator: " · ") }
      tag("pre") { response.text }
    }
  }

  private static func facts(of response: Changes.Example.Text) -> [String] {
    var facts: [String] = []
    if let length = response.length { facts.append("length \(length.fixed(0))") }
    if let raw = response.raw, let calibrated = response.calibrated {
      facts.append("score \(raw.significant(4)) → \(calibrated.significant(4))")
    }
    return facts
  }
}
