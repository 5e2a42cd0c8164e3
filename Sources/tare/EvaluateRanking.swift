/// `tare evaluate --against-ranking`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct RankingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Compare the order of models by mean score, raw and calibrated, with this ranking: a table with a \
      column of names and one of numbers; may be repeated.
      """, valueName: "file"))
  var againstRanking: [String] = []

  @Option(
    help: ArgumentHelp(
      "Column of the ranking's numbers (default: the only one; higher is better, unless it is rank).",
      valueName: "column"))
  var rankingValue: String?

  @Option(
    help: ArgumentHelp(
      """
      Table of two columns: a model's name in the scores and in the ranking; an empty second cell \
      leaves the model out. Other models have the same name in both.
      """, valueName: "file"))
  var rankingNames: String?

  /// - Throws: `TareError.usage` that names an option which goes only with a ranking.
  func check() throws(TareError) {
    guard againstRanking.isEmpty else { return }
    for (option, value) in [
      ("--ranking-value", rankingValue), ("--ranking-names", rankingNames),
    ] where value != nil {
      throw .usage("\(option) requires --against-ranking")
    }
  }
}

extension Evaluate {
  func evaluateRanking(_ policy: RowPolicy) throws {
    guard against.isEmpty, failIf.isEmpty, output == nil, benchmark == nil else {
      throw TareError.usage(
        "--against-ranking cannot be combined with --against, --fail-if, --benchmark or --output")
    }
    var request = RankingRequest(
      sources: try Source.many(inputs, store, runNames, columns, format, policy),
      rankings: ranking.againstRanking)
    request.value = ranking.rankingValue
    request.names = ranking.rankingNames
    request.bootstrap = bootstrap
    request.seed = seed
    let outcome = try Pipeline(observer: Terminal.observer()).evaluateRanking(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(details: details, coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
