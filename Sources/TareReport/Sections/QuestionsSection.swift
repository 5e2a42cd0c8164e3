/// Typed questions: what their audit found, and how well their probabilities hold.

package enum QuestionsSection: ReportSection {
  package static let key = "questions"
  package static let summary = "audit of typed questions, reliability of their probabilities"
  package static let title = "Typed questions"

  package static func isShown(in report: Report) -> Bool { !report.questions.isEmpty }

  package static func contents(of report: Report) -> [Markup] {
    each(report.questions, model: \.name) { questions in
      if !questions.audited.isEmpty { audit(of: questions) }
      for question in questions.judged { judged(question) }
    }
  }

  // MARK: - Audit

  private typealias Column = (title: String, key: String, isShare: Bool)

  /// What is asked of every question; a column without a number is left out.
  private static let columns: [Column] = [
    ("First option wins", "first_listed", true), ("Flips with the order", "order_flips", true),
    ("Flips with the labels", "label_flips", true),
    ("Flips with the wording", "wording_flips", true),
    ("P(q) + P(not q)", "complement_sum", false), ("Label mass", "label_mass", false),
    ("Chosen above rejected", "pair_accuracy", true), ("Labels met", "label_accuracy", true),
  ]

  @MarkupBuilder private static func audit(of questions: TypedQuestions) -> [Markup] {
    let shown = columns.filter { column in
      questions.audited.contains { $0.estimates[column.key] != nil }
    }
    tag("p") {
      "Each question was asked again with its options in other orders, with other labels and in other "
        + "words. Shares and means have 95% intervals."
    }
    NumbersTable(
      caption: "Audit of \(questions.name)",
      header: ["Question", "Verdict"] + shown.map(\.title),
      rows: questions.audited.map { question in
        ["\(question.name) (\(question.type))", question.verdict]
          + shown.map { column in
            question.estimates[column.key].map { column.isShare ? $0.percent : $0.fixed } ?? "–"
          }
      }, isOpen: true, title: "Audit"
    ).markup
    for question in questions.audited where !question.reasons.isEmpty {
      tag("p", ["class": "hint"]) {
        "\(question.name): \(question.reasons.joined(separator: "; "))."
      }
    }
  }

  // MARK: - Probabilities

  @MarkupBuilder private static func judged(_ question: TypedQuestions.Judged) -> [Markup] {
    part(
      "\(question.title), \(question.isCalibrated ? "calibrated" : "raw")",
      "\(question.rows.counted("labelled row")); always the most frequent answer would be right in "
        + "\(question.majority.percent)%."
    ) {
      tag("div", ["class": "numbers"]) { cards(of: question) }
      QuestionPlots(question: question).reliability
      if !question.coverage.isEmpty { QuestionPlots(question: question).coverage }
    }
  }

  @MarkupBuilder private static func cards(of question: TypedQuestions.Judged) -> [Markup] {
    if let accuracy = question.metrics["accuracy"] {
      NumberCard(
        name: "Accuracy", value: "\(accuracy.value.percent)%",
        interval: accuracy.interval.map { $0.percent }
      ).markup
    }
    for (name, key) in [("Brier score", "brier"), ("Log loss", "log_loss")] {
      if let metric = question.metrics[key] {
        NumberCard(
          name: name, value: metric.value.fixed(3),
          interval: metric.interval.map {
            "\($0.lowerBound.fixed(3))–\($0.upperBound.fixed(3))"
          }
        ).markup
      }
    }
    NumberCard(
      name: "Calibration error (ECE)", value: question.error.fixed(3),
      note: "\(question.errorByChance.fixed(3)) if calibrated, by chance; p \(question.p.fixed(3))"
    ).markup
  }
}
