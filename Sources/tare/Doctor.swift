/// `tare doctor`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what a score file supports, and what it is too small for.",
    discussion: """
      Examples:
        tare doctor scores.csv
        tare doctor scores.csv --label gold --length len_char
        tare doctor scores.jsonl --json

      Tries calibrate, evaluate, rank and pairs on the whole file without writing anything, and says of \
      each whether it works, on how many prompts, what makes its numbers doubtful, and the command to run. \
      So many labelled prompts n give an interval of ±z / (2 √(n + z²)), z = 1.96, at an accuracy of 50%: \
      93 prompts ±10 points, 381 ±5, 2398 ±2. The exit code is 65 where nothing works.
      """)

  @Argument(help: "Score file; - for standard input.")
  var input: String
  @Option(
    help: ArgumentHelp(
      "Column of the response's length, or counted on the text: \(Pipeline.textCovariates) (default: length)."
    ))
  var length: String?
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Flag(help: "Print what was found as JSON.")
  var json = false

  func run() throws {
    var request = DoctorRequest(source: try columns.source(.file(input), format))
    request.length = length
    request.options = CommandLine.given(SharedOptions.columns + ["--format"])
    let outcome = try Pipeline().doctor(request)
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(outcome.text, onStandardOutput: true)
    }
    if outcome.isUseless { throw ExitCode(65) }
  }
}
