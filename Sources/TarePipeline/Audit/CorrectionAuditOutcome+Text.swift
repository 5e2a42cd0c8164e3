/// What `tare audit` found, as text for people.
internal import TareCalibration
internal import TareCore
internal import TareReport

extension CorrectionAuditOutcome {
  /// Of each calibration the sentences, the best of n, and every covariate; of several a matrix.
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    let blocks =
      notes.map { $0.wrapped(toWidth: 80) } + parts.map { $0.text(style, isOnly: parts.count == 1) }
    return blocks.joined(separator: "\n\n")
  }
}

extension CorrectionAuditOutcome.Part {
  fileprivate func text(_ style: TerminalStyle, isOnly: Bool) -> String {
    let title = isOnly ? nil : name
    let head = """
      \(title.map { "\($0): " } ?? "")\(rows.text) responses to \(prompts.text) prompts, \
      \(comparedPrompts.text) with several responses
      """
    var blocks = [head] + calibrations.map { $0.text(style) }
    if calibrations.count > 1 {
      blocks.append(AuditMatrix(calibrations).text(style))
    }
    return blocks.joined(separator: "\n\n")
  }
}

extension CorrectionAuditOutcome.Audited {
  fileprivate func text(_ style: TerminalStyle) -> String {
    var blocks = ["Calibration: \(name) (\(targets.joined(separator: ", ")))"]
    blocks.append(findings.map { $0.wrapped(toWidth: 80) }.joined(separator: "\n"))
    blocks += targetSelections.map { $0.text(style) }
    if let table = covariateTable(style) { blocks.append(table) }
    return blocks.joined(separator: "\n\n")
  }

  /// Every covariate: association before and after, and what the best of n has.
  private func covariateTable(_ style: TerminalStyle) -> String? {
    guard let substitution, !substitution.cells.isEmpty else { return nil }
    let n = selections.compactMap(\.decisive).map(\.n).max()
    var table = TerminalTable(columns: [
      .init("covariate", .left, leastWidth: 12), .init("before"), .init("after"), .init("95%"),
      .init("q change"), .init("raw best"), .init("calibrated"),
    ])
    for cell in substitution.cells {
      let selection = selections.first { $0.covariate == cell.covariate }
      let point = selection?.decisive
      func spreads(_ estimate: AuditEstimate?) -> String {
        estimate.flatMap { value in selection?.standardized(value).signed2 } ?? "–"
      }
      table.addRow(
        [
          cell.covariate.name + (cell.isPaidFor ? " *" : cell.isWorse ? " !" : ""),
          cell.before.value.signed2,
          cell.after.value.signed2, cell.after.interval?.signed2 ?? "–",
          (cell.change.q ?? cell.change.p).qText, spreads(point?.raw), spreads(point?.calibrated),
        ], isBold: cell.isTarget)
    }
    var text =
      "Partial rank correlation of score and covariate within prompts; what the best of "
      + "\(n?.text ?? "n") has beyond what is offered, in standard deviations within prompts"
    if substitution.cells.contains(where: \.isPaidFor) {
      text += "; * the correction is paid for here"
    }
    if substitution.cells.contains(where: \.isWorse) {
      text += "; ! the correction made this worse"
    }
    text = text.wrapped(toWidth: 80) + "\n" + table.text(style: style)
    if !substitution.constant.isEmpty {
      let names = substitution.constant.joined(separator: ", ")
      text += "Constant within prompts: \(names).".wrapped(toWidth: 80) + "\n"
    }
    return text
  }
}

extension SelectionAudit {
  /// n, what is offered, and what the best by either score has.
  fileprivate func text(_ style: TerminalStyle) -> String {
    var table = TerminalTable(columns: [
      .init("n"), .init("prompts"), .init("offered"), .init("raw best"), .init("95%", .left),
      .init("calibrated"), .init("95%", .left),
    ])
    let last = points.count + 1
    for point in points where last <= 8 || point.n == last || point.n & (point.n - 1) == 0 {
      table.addRow([
        point.n.text, point.prompts.text, point.offered.significant(4),
        (point.offered + point.raw.value).significant(4),
        point.raw.interval.map { $0.shifted(by: point.offered) } ?? "",
        (point.offered + point.calibrated.value).significant(4),
        point.calibrated.interval.map { $0.shifted(by: point.offered) } ?? "",
      ])
    }
    var text =
      "Mean \(covariate.name) of the best of n by raw and by calibrated scores\n"
      + table.text(style: style)
    if let raw = pairs.raw, let calibrated = pairs.calibrated {
      func words(_ estimate: AuditEstimate) -> String {
        let interval = estimate.interval.map {
          " (\($0.lowerBound.significant(3)) to \($0.upperBound.significant(3)))"
        }
        return estimate.value.significant(3) + (interval ?? "")
      }
      text += """
        Preference pairs (best and worst): chosen less rejected, raw \(words(raw)), calibrated \
        \(words(calibrated)).
        """.wrapped(toWidth: 80)
    }
    return text
  }
}

extension ClosedRange<Double> {
  fileprivate func shifted(by offset: Double) -> String {
    "\((lowerBound + offset).significant(4))–\((upperBound + offset).significant(4))"
  }
}

extension Double {
  fileprivate var qText: String { self < 0.001 ? "<0.001" : fixed(3) }
}

/// One row per calibration, one column per covariate.
private struct AuditMatrix {
  private let audited: [CorrectionAuditOutcome.Audited]
  private static let columnsPerBlock = 5

  init(_ audited: [CorrectionAuditOutcome.Audited]) { self.audited = audited }

  func text(_ style: TerminalStyle) -> String {
    let names = audited.first?.substitution?.cells.map(\.covariate.name) ?? []
    var blocks: [String] = []
    for start in stride(from: 0, to: names.count, by: Self.columnsPerBlock) {
      let own = names[start..<min(start + Self.columnsPerBlock, names.count)]
      var table = TerminalTable(
        columns: [.init("", .left, leastWidth: 10)] + own.map { .init($0) })
      if let first = audited.first {
        table.addRow(["raw"] + own.map { cell(first, $0)?.before.value.signed2 ?? "–" })
      }
      for row in audited {
        table.addRow(
          [row.name]
            + own.map { name in
              guard let cell = cell(row, name) else { return "–" }
              return cell.after.value.signed2 + (cell.isPaidFor ? "*" : cell.isWorse ? "!" : "")
            })
      }
      blocks.append(table.text(style: style))
    }
    return "Partial rank correlation within prompts (* paid for here, ! made worse)\n"
      + blocks.joined(separator: "\n")
  }

  private func cell(
    _ row: CorrectionAuditOutcome.Audited, _ name: String
  ) -> SubstitutionAudit.Cell? {
    row.substitution?.cells.first { $0.covariate.name == name }
  }
}
