/// How labelling stands, as text and as JSON.
internal import TareCalibration
package import TareCore
internal import TareReport
internal import TareStore

extension LabelSession {
  package var json: JSONValue {
    let test = test
    return [
      "decision": .string(decision.rawValue), "prompts": .int(disputed.decisions),
      "disagreements": .int(disputed.pairs.count), "share": .double(disputed.share),
      "remaining": .int(remaining), "test": test.json(remaining: remaining),
      "plan": PairTestPlan(test, remaining: remaining).json,
      "labellers": .array(
        people.map { person in
          [
            "name": .string(person.name), "labels": .int(person.labels),
            "skipped": .int(person.skipped),
          ]
        }),
      "agreement": .array(agreements.map(\.json)),
      "notes": .array(notes.map { .string($0) }),
    ]
  }

  private var people: [(name: String, labels: Int, skipped: Int)] {
    var counts: [String: (labels: Int, skipped: Int)] = [:]
    for label in labels {
      let isSkipped = label.verdict == .skip
      counts[label.labeller, default: (0, 0)].labels += isSkipped ? 0 : 1
      counts[label.labeller, default: (0, 0)].skipped += isSkipped ? 1 : 0
    }
    return counts.keys.sorted().map { ($0, counts[$0]?.labels ?? 0, counts[$0]?.skipped ?? 0) }
  }

  /// What there is to label, and how many labels it takes.
  package func opening(coloured: Bool) -> String {
    let what = decision == .best ? "choose a different response" : "order two responses differently"
    var blocks = [
      """
      Raw and calibrated scores \(what) in \(disputed.pairs.count.text) of \
      \(disputed.decisions.text) prompts (\(disputed.share.percent)%).
      """.wrapped(toWidth: 80)
    ]
    let test = test
    if test.verdict(remaining: remaining) == .undecided {
      blocks.append(plan(test).text(style: TerminalStyle(coloured)))
    }
    return blocks.joined(separator: "\n")
  }

  private func plan(_ test: PairTest) -> TerminalTable {
    let plan = PairTestPlan(test, remaining: remaining)
    var table = TerminalTable(columns: [
      .init(
        "if the calibrated choice is better in", .left, leastWidth: 20),
      .init(test.labels > 0 ? "more labels" : "labels"), .init("9 in 10 within"),
      .init("decided"),
    ])
    for one in plan.cases {
      let decided = one.helps + one.harms + one.notWorthMore
      table.addRow([
        "\((100 * one.rate).fixed(0))% of \(plan.pairs.text) pairs", one.labels.fixed(0),
        one.nineInTen?.text ?? "–", "\((100 * decided).fixed(0))%",
      ])
    }
    return table
  }

  /// After a label: how far the test is, but not in whose favour, so that the next pair is seen blind.
  package var progress: String {
    let test = test
    let reached = min(test.evidence, test.threshold)
    return "\(test.labels.text) labelled, \(remaining.text) left. "
      + "Evidence \(reached.fixed(2)) of \(test.threshold.fixed(0))."
  }

  /// What the labels say so far, and how far people agree.
  package var closing: String {
    let test = test
    var sentences = [verdict(test)]
    for agreement in agreements {
      var text =
        "\(agreement.first) and \(agreement.second) agree on \(agreement.same.text) of "
        + "\(agreement.pairs.text) pairs"
      if let kappa = agreement.kappa, let interval = agreement.interval {
        text +=
          " (kappa \(kappa.fixed(2)), 95% interval \(interval.lowerBound.fixed(2)) to "
          + "\(interval.upperBound.fixed(2)))"
      }
      sentences.append(text + ".")
    }
    return sentences.map { $0.wrapped(toWidth: 80) }.joined(separator: "\n")
  }

  private func verdict(_ test: PairTest) -> String {
    let counts =
      "Better: calibrated \(test.wins.text), raw \(test.losses.text), tie \(test.ties.text). "
    let rate =
      "Win rate of the calibrated choice: \(test.interval.percent)% "
      + "(\(((1 - test.alpha) * 100).fixed(0))%, whenever you stop)."
    switch test.verdict(remaining: remaining) {
    case .undecided:
      let more = "Undecided after \(test.labels.text) labels"
      return test.labels > 0 ? "\(more): \(progress)" : "\(more)."
    case .helps: return "The correction helps. \(counts)\(rate)"
    case .harms: return "The correction harms: use the raw scores. \(counts)\(rate)"
    case .notWorthMore:
      let margin = "\((100 * test.margin).significant(2))%"
      let isSmall = test.settled == .notWorthMore
      let reason =
        isSmall
        ? "it changes the better choice in less than \(margin) of prompts, either way."
        : "the \(remaining.text) pairs that are left cannot decide it."
      return "Not worth more labels: \(reason) " + (test.labels > 0 ? counts + rate : "")
    }
  }
}
