/// `tare rank`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Rank: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ranks the candidate responses of each prompt, best first.",
    discussion: """
      Examples:
        tare rank candidates.jsonl --model model.gguf --head head.safetensors --top 1
        tare rank --store tare.sqlite --run first --calibration length.json
        tare rank scores.csv --group prompt_id --json

      Prints a table, and with --json or --output a JSON line a prompt: its candidates with score \
      and margin to the next. Equal scores keep the order of the input.
      """)

  @Argument(help: "Candidates if there is a --model, else a score table; - for standard input.")
  var input: String?
  @Option(
    help: "The model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.")
  var model: String?
  @OptionGroup var head: HeadArguments
  @Option(help: "Store to take the scores from, or to keep them in.")
  var store: String?
  @Option(name: .customLong("run"), help: "The run in the store.")
  var runName: String?
  @Option(help: "A saved calibration that is taken off the scores first.")
  var calibration: String?
  @Option(help: "How many of the best candidates to give.")
  var top: Int?
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Option(name: .shortAndLong, help: "File for the rankings, a JSON line a prompt.")
  var output: String?
  @Flag(help: "Print the rankings as JSON, a line a prompt.")
  var json = false

  func run() throws {
    var request = RankRequest(source: try source())
    request.calibration = calibration
    request.top = top
    let outcome = try Pipeline(observer: Terminal.observer()).rank(request)
    if let output { try Output.write(outcome.rows, to: output) }
    if json {
      try Output.print(outcome.rows)
    } else {
      try Terminal.tell(
        outcome.text(top: top, coloured: Terminal.outputIsColoured), onStandardOutput: true)
    }
  }

  private func source() throws(TareError) -> RankRequest.Source {
    guard let model else {
      guard head.head == nil else { throw .usage("--head goes with --model") }
      return .scores(try Source.one(input, store, runName, columns, format.format))
    }
    guard let input else { throw .usage("give the candidates that the model scores") }
    var request = ScoreRequest(inputs: [input], settings: ScoringSettings(model: model))
    try head.apply(to: &request.settings)
    request.format = format.format
    request.store = store
    request.run = runName
    return .candidates(request)
  }
}
