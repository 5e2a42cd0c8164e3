/// The rows that every table of accuracies shows, in the terminal and on the page.
internal import TareEvaluation

/// One number of an evaluation, raw and calibrated; nil where no pair is behind it.
struct AccuracyRow {
  let name: String
  let raw: Accuracy?
  let calibrated: Accuracy?
  let difference: Difference?
  let isTotal: Bool

  var n: Int { raw?.n ?? 0 }

  /// Calibrated less raw.
  var change: Double? {
    if let difference { return difference.value }
    guard let raw, let calibrated else { return nil }
    return calibrated.value - raw.value
  }

  /// Nil where nothing changed, which needs no interval.
  var changeInterval: ClosedRange<Double>? {
    guard let difference, difference.gained + difference.lost > 0 else { return nil }
    return difference.interval
  }

  var hasTies: Bool { (raw?.ties ?? 0) + (calibrated?.ties ?? 0) > 0 }

  /// Of the raw scores, and after them those of the calibrated ones where they differ.
  var ties: String {
    let before = raw?.ties ?? 0
    guard let after = calibrated?.ties, after != before else { return before.text }
    return "\(before.text)→\(after.text)"
  }
}

extension AccuracyRow {
  /// Rows that stand together, under a title where they need one.
  struct Group {
    let title: String?
    let rows: [AccuracyRow]
  }

  /// Totals, sections and subsets.
  static func groups(
    raw: Evaluation, calibrated: Evaluation?, comparison: Comparison?
  ) -> [Group] {
    func group(_ title: String?, _ lines: [BreakdownLine]) -> Group {
      Group(
        title: title,
        rows: lines.map { line in
          AccuracyRow(
            name: line == .overall ? raw.accuracies.overallName : line.name,
            raw: raw.accuracies[line],
            calibrated: calibrated?.accuracies[line] ?? nil,
            difference: comparison?.differences[line] ?? nil, isTotal: line == .overall)
        })
    }
    let accuracies = raw.accuracies
    // An average that is the overall number again is named beside it.
    let averages = accuracies.averages.filter { !accuracies.isOverall($0.value) }
    let groups = [
      group(nil, [.overall] + averages.map { .average($0.name) }),
      group("Sections", accuracies.sections.map { .section($0.name) }),
      group("Subsets", accuracies.subsets.map { .subset($0.name) }),
      group("Parts", accuracies.details.map { .detail($0.name) }),
    ]
    return groups.filter { !$0.rows.isEmpty }
  }

  /// By which answer is longer; relations that no pair has are there too, empty.
  static func byLength(raw: Evaluation, calibrated: Evaluation?) -> Group {
    Group(
      title: nil,
      rows: LengthRelation.allCases.map { relation in
        AccuracyRow(
          name: relation.title, raw: raw.accuracy(where: relation),
          calibrated: calibrated?.accuracy(where: relation), difference: nil, isTotal: false)
      })
  }
}

/// One number of a benchmark.
private enum BreakdownLine: Equatable {
  case overall
  case average(String)
  case section(String)
  case subset(String)
  case detail(String)

  var name: String {
    switch self {
    case .overall: "overall"
    case .average(let name), .section(let name), .subset(let name), .detail(let name):
      name
    }
  }
}

extension Breakdown {
  fileprivate subscript(line: BreakdownLine) -> Value? {
    switch line {
    case .overall: overall
    case .average(let name): averages.first { $0.name == name }?.value
    case .section(let name): sections.first { $0.name == name }?.value
    case .subset(let name): subsets.first { $0.name == name }?.value
    case .detail(let name): details.first { $0.name == name }?.value
    }
  }
}

extension Breakdown<Accuracy> {
  fileprivate func isOverall(_ average: Accuracy) -> Bool {
    average.value == overall.value && average.interval == overall.interval
  }

  /// "overall", or "overall (micro)" where it is that average.
  fileprivate var overallName: String {
    let names = averages.filter { isOverall($0.value) }.map(\.name)
    return names.isEmpty ? "overall" : "overall (\(names.joined(separator: ", ")))"
  }
}
