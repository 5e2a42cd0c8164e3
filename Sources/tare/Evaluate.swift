/// `tare evaluate`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells how good a reward model is, with an interval on every number.",
    discussion: """
      Examples:
        tare evaluate --store tare.sqlite --run first
        tare evaluate scores.csv --label gold --length len_char
        tare evaluate --store tare.sqlite --run second --against first

      Raw and calibrated scores stand side by side where there are both: the run's newest \
      calibration, or the file's column calibrated.
      """)

  @Argument(help: "Score tables; - for standard input.")
  var inputs: [String] = []
  @Option(help: "Store to take the scores from.")
  var store: String?
  @Option(name: .customLong("run"), help: "Runs in the store.")
  var runNames: [String] = []
  @Option(help: ArgumentHelp("Benchmark: \(Pipeline.benchmarks) (default: by the subsets)."))
  var benchmark: String?
  @Option(help: "Another run of the store that these are compared with.")
  var against: String?
  @Option(
    help: ArgumentHelp(
      "Column of the response's length, or counted on the text: \(Pipeline.textCovariates) (default: length)."
    ))
  var length: String?
  @Option(help: "Resamples of the bootstrap.")
  var bootstrap = 10_000
  @Option(help: "Seed of the bootstrap.")
  var seed: UInt64 = 1
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Flag(help: "Print the results as JSON.")
  var json = false

  func run() throws {
    var request = EvaluateRequest(
      sources: try Source.many(inputs, store, runNames, columns, format.format))
    request.benchmark = benchmark
    request.length = length
    request.bootstrap = bootstrap
    request.seed = seed
    if let against {
      guard let store else { throw TareError.usage("--against wants --store") }
      request.against = ScoreSource(.run(against, store: store))
    }
    let outcome = try Pipeline().evaluate(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
