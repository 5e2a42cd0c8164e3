/// `tare formats`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Formats: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a file is read: container, layout, columns, first rows.",
    discussion: """
      Examples:
        tare formats
        tare formats pairs.jsonl
        tare formats answers.csv --columns prompt=question,response=answer

      Without a file, lists the containers and layouts with an example of each. With a file, prints \
      its container and layout, the role of each column, unused columns, the first rows as Tare \
      reads them, and the commands that accept it. The exit code is 65 if no command does.
      """)

  @Argument(help: "The file; - for standard input (default: list the supported formats).")
  var input: String?
  @OptionGroup var format: FormatArgument
  @Flag(help: "Print the description as JSON.")
  var json = false

  func run() throws {
    guard let input else {
      guard format.format == nil, format.columns.isEmpty else {
        throw TareError.usage("--format and --columns require a file")
      }
      try show(Pipeline().formats())
      if !json { NextCommand.suggest(["demo"]) }
      return
    }
    var request = FormatsRequest(input: input)
    request.format = format.format
    request.columns = format.columns
    let outcome = try Pipeline().formats(request)
    try show(outcome)
    if outcome.isUnknown { throw ExitCode(65) }
    guard !json, input != "-" else { return }
    let given = CommandLine.given(["--format", "--columns"])
    NextCommand.suggest(
      outcome.hasScores
        ? ["doctor", input] + given
        : ["score", input] + given + ["--model", Defaults.model ?? "MODEL", "-o", "scores.jsonl"])
  }

  private func show(_ outcome: FormatsOutcome) throws {
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(outcome.text, onStandardOutput: true)
    }
  }
}
