/// What the stages found, as text for people.
internal import TareCalibration
package import TareCore
internal import TareEngine
internal import TareEvaluation
internal import TareFormats
internal import TareRanking
internal import TareReport
internal import TareScoring

extension Pipeline {
  /// Keys of the calibration methods, for help texts.
  package static let calibrationMethods = Calibrators.registry.keys.joined(separator: ", ")
  /// Keys of the covariates that are counted on texts, for help texts.
  package static let textCovariates = TextCovariates.registry.keys.joined(separator: ", ")
  /// Keys of the benchmarks, for help texts.
  package static let benchmarks = Benchmarks.registry.keys.joined(separator: ", ")
  /// Keys of RewardBench's example counts, for help texts.
  package static let xstestWeights =
    XSTestWeights.allCases.map(\.rawValue).joined(separator: ", ")
  /// Keys of the file formats, for help texts.
  package static let formats = FileFormats.registry.keys.joined(separator: ", ")

  package static func table(ofRuns runs: [JSONObject], coloured: Bool) -> String {
    guard !runs.isEmpty else { return "The store has no runs." }
    var table = TerminalTable(columns: [
      .init("run", .left, leastWidth: 8), .init("status", .left), .init("scored"),
      .init("model", .left, leastWidth: 12), .init("position", .left), .init("created", .left),
    ])
    for run in runs {
      let text = { (key: String) in run[key]?.string ?? "" }
      table.addRow([
        text("name"), text("status"),
        "\(run["scored"]?.int ?? 0)/\(run["responses"]?.int ?? 0)", text("model"), text("read"),
        String(text("created").prefix(16)),
      ])
    }
    return table.text(style: .init(coloured))
  }
}

extension TerminalStyle {
  init(_ coloured: Bool) { self = coloured ? .terminal : .plain }
}

extension RankOutcome {
  /// - Parameter top: how many candidates of each prompt are shown.
  package func text(top: Int?, coloured: Bool) -> String {
    let table =
      noteText
      + RankingTable(rankings, top: top) { row in conversations?[row].response.firstLine }
      .text(style: .init(coloured))
    guard rankings.count > 1, rankings.allSatisfy({ $0.places.count == 1 }) else { return table }
    let hint = """
      Every prompt has one candidate. If several rows answer one prompt, name the column that groups \
      them with --group.
      """
    return "\(table)\n\(hint.wrapped(toWidth: 80))\n"
  }

  private var noteText: String {
    notes.map { $0.wrapped(toWidth: 80) + "\n" }.joined() + "\n"
  }

  package func curveText(coloured: Bool) -> String {
    let table = noteText + CurveTable(curve).text(style: .init(coloured))
    guard unlabelled > 0 else { return table }
    return table + "\nLabels are not used: \(unlabelled.text) responses have none.\n"
  }
}

extension String {
  fileprivate var firstLine: String { split(separator: "\n").first.map(String.init) ?? "" }
}
