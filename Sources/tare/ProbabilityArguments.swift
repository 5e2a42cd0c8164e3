/// The options of `tare calibrate --probabilities`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct ProbabilityArguments: ParsableArguments {
  @Flag(
    help: """
      Calibrate the probabilities of typed questions, as `tare decide` writes them or in columns \
      p_OPTION, instead of scores.
      """)
  var probabilities = false

  @Option(
    help: ArgumentHelp(
      "With --probabilities: also sets of options that miss the right one this often at most.",
      valueName: "share"))
  var conformal: Double?

  @Option(
    help: ArgumentHelp(
      """
      With --probabilities: also a confidence from which on at most this share of the answers is wrong.
      """, valueName: "share"))
  var maxRisk: Double?

  @Option(
    help: "With --max-risk: the chance that the limit does not hold, over the held-out prompts.")
  var riskDelta = 0.1

  @Option(help: "With --probabilities: seed of the folds and of the held-out prompts.")
  var foldSeed: UInt64 = 1

  /// - Throws: `TareError.usage` that names an option which goes only with probabilities.
  func check() throws(TareError) {
    guard !probabilities else { return }
    let given = [("--conformal", conformal != nil), ("--max-risk", maxRisk != nil)]
    if let option = given.first(where: \.1) { throw .usage("\(option.0) requires --probabilities") }
  }
}
