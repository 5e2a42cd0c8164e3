/// The numbers of a benchmark as the lines of a table.
package import TareEvaluation

/// One number of a benchmark.
package enum BreakdownLine: Sendable, Hashable {
  case overall
  case average(String)
  case section(String)
  case subset(String)

  package var name: String {
    switch self {
    case .overall: "overall"
    case .average(let name), .section(let name), .subset(let name): name
    }
  }
}

extension Breakdown {
  package subscript(line: BreakdownLine) -> Value? {
    switch line {
    case .overall: overall
    case .average(let name): averages.first { $0.name == name }?.value
    case .section(let name): sections.first { $0.name == name }?.value
    case .subset(let name): subsets.first { $0.name == name }?.value
    }
  }
}

extension Breakdown<Accuracy> {
  /// Totals, sections and subsets, those of them that there are; an average that is the overall
  /// number again is left out.
  package var lineGroups: [[BreakdownLine]] {
    let others = averages.filter { _, average in
      average.value != overall.value || average.interval != overall.interval
    }
    let groups: [[BreakdownLine]] = [
      [.overall] + others.map { .average($0.name) }, sections.map { .section($0.name) },
      subsets.map { .subset($0.name) },
    ]
    return groups.filter { !$0.isEmpty }
  }
}
