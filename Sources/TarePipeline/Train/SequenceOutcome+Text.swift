/// What `tare train-head --sequence` found, as text for people.
internal import TareEvaluation
internal import TareReport
internal import TareTraining

extension SequenceOutcome {
  /// With more domains than this an interval no longer fits into a cell.
  private static let mostWithIntervals = 4

  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var blocks = [
      heading.wrapped(toWidth: 80) + "\n", matrix.text(style: style), summary.text(style: style),
    ]
    if !thresholdAccuracies.isEmpty { blocks.append(choice.wrapped(toWidth: 80) + "\n") }
    blocks.append(verdicts.map { $0.wrapped(toWidth: 80) }.joined(separator: "\n") + "\n")
    return blocks.joined(separator: "\n")
  }

  private var heading: String {
    let held = testPairs.map { $0.reduce(0, +) }
    let fewest = (held.min() ?? 0).text
    let most = (held.max() ?? 0).text
    let count = fewest == most ? most : "\(fewest) to \(most)"
    let splits =
      switch domains.count(where: \.isSplit) {
      case 0: "each with its own split"
      case domains.count: "on the same held-out rows, whose own chance they leave out"
      default: "each with its own split of the files that have none"
      }
    return """
      Accuracy in per cent on held-out \(unit) (\(count) per seed) after training on \
      \(domains.map(\.name).joined(separator: ", then ")). Means of \(request.seeds) seeds; ± and \
      intervals are 95%, Student's t over the seeds, \(splits).\(areClasses ? " " + chance : "")
      """
  }

  private var unit: String { areClasses ? "rows" : "pairs" }

  /// What guessing among a domain's classes would get.
  private var chance: String {
    let shares = domains.map { "\($0.name) \((1 / Double($0.classes.count)).percent)" }
    return "Chance: \(shares.joined(separator: ", "))."
  }

  // MARK: - Tables

  private var matrix: TerminalTable {
    var table = TerminalTable(
      columns: [.init("update", .left, leastWidth: 8), .init("after", .left, leastWidth: 8)]
        + domains.map { .init($0.name, leastWidth: 6) })
    for update in updates {
      table.addRow([update.name, "(start)"] + update.start.map(cell))
      for (stage, accuracies) in update.stages.enumerated() {
        table.addRow(
          ["", "\(stage + 1) \(domains[stage].name)"] + accuracies.map(cell),
          isBold: stage == update.stages.count - 1)
      }
      table.addRule()
    }
    table.addRow(["joint", "all at once"] + joint.map(cell))
    return table
  }

  private func cell(_ estimate: SeedEstimate) -> String {
    guard domains.count <= Self.mostWithIntervals else { return estimate.mean.percent }
    return "\(estimate.mean.percent) ±\(estimate.reach.percent)"
  }

  private var summary: TerminalTable {
    var table = TerminalTable(columns: [
      .init("update", .left, leastWidth: 8), .init("average accuracy"), .init("forgetting"),
      .init("backward"), .init("forward transfer"),
    ])
    for update in updates {
      table.addRow([
        update.name,
        "\(update.averageAccuracy.mean.percent) ±\(update.averageAccuracy.reach.percent)",
        signed(update.forgetting), signed(update.backwardTransfer), signed(update.forwardTransfer),
      ])
    }
    table.addRow(["joint", "\(jointAverage.mean.percent) ±\(jointAverage.reach.percent)"])
    return table
  }

  private func signed(_ estimate: SeedEstimate) -> String {
    "\(estimate.mean.signedPercent) ±\(estimate.reach.percent)"
  }

  // MARK: - Sentences

  private var choice: String {
    let tried = thresholdAccuracies.map {
      "\($0.threshold == 0 ? "0 (nothing masked)" : $0.threshold.fixed(1)) \($0.accuracy.mean.percent)"
    }
    let chosen = updates.first { !$0.thresholds.isEmpty }?.thresholds.map { $0.fixed(1) } ?? []
    return """
      T by \(ThresholdChoice.folds)-fold cross-validation on the training \(unit) of \
      \(domains[0].name) and \(domains[1].name), seed by seed: \(chosen.joined(separator: ", ")). \
      Held-out accuracy: \(tried.joined(separator: ", ")).
      """
  }

  private var verdicts: [String] {
    updates.dropFirst().map { update in
      let accuracy = difference(update, \.averageAccuracy)
      let forgetting = difference(update, \.forgetting)
      return """
        \(update.name) against \(updates[0].name), seed by seed: average accuracy \
        \(words(accuracy)); forgetting \(words(forgetting)).
        """
    } + [
      """
      Forgetting: the best accuracy before the last stage minus that after it, averaged over all \
      domains except the last. Backward: accuracy at the end minus that after the domain's own \
      stage. Forward transfer: accuracy just before a domain's own stage minus that of the random \
      start.
      """
    ]
  }

  /// "+0.8 points (−1.2 to +2.9), not significant".
  private func words(_ difference: SeedEstimate) -> String {
    guard difference.values.contains(where: { $0 != 0 }) else { return "the same" }
    let isChance = difference.interval.contains(0)
    return """
      \(difference.mean.signedPercent) points (\(difference.interval.signedPercent)), \
      \(isChance ? "not significant" : "significant")
      """
  }
}
