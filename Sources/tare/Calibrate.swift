/// `tare calibrate`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Remove length bias (or bias in any numeric covariate) from reward scores.",
    discussion: """
      Examples:
        tare calibrate scores.csv --covariate len_char --group prompt_id -o out.csv
        tare calibrate --store tare.sqlite --run first --save length.json
        tare calibrate scores.csv --method lowess --covariate len_char --gamma labels
        tare calibrate pairs.jsonl --method additive --covariate length --covariate headers
        tare calibrate new.jsonl --apply length.json -o new-calibrated.jsonl
        tare calibrate scores.csv.gz --missing drop --bad-rows bad.csv -o out.jsonl.zst
        tare calibrate answers.jsonl --probabilities --conformal 0.1 --save probabilities.json -o \
      out.jsonl

      A score table needs no model: it is a CSV or JSONL file with one row per response. The output \
      has the same rows and two more columns, calibrated and bias; without -o it goes to standard \
      output. If a file holds several reward models (column rm), each is calibrated separately.

      With --probabilities the input has answers to typed questions with labels. Each question gets the \
      method of least held-out log loss: \(ProbabilityRequest.methods); --method chooses one.
      """)

  @Argument(help: "Score table; - for standard input.")
  var input: String?

  @Option(help: "Store to read the scores from.")
  var store: String?
  @Option(name: .customLong("run"), help: "Name of the run in the store.")
  var runName: String?

  @OptionGroup var fit: CalibrationArguments
  @OptionGroup var probability: ProbabilityArguments

  @OptionGroup var bad: BadRowArguments

  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument

  @Option(help: "Apply a saved calibration instead of fitting one.")
  var apply: String?
  @Option(help: "File for the calibration, as JSON; - for standard output.")
  var save: String?
  @Option(
    name: .shortAndLong,
    help: "File for the rows with their calibrated scores; - for standard output.")
  var output: String?
  @OptionGroup var outputFormat: OutputFormatArgument
  @Flag(help: "Print the diagnosis and the calibration as JSON.")
  var json = false

  mutating func validate() {
    store = Defaults.store(store, isNeeded: runName != nil)
  }

  func run() throws {
    let policy = try bad.policy(
      store: store,
      apartFrom: [
        ("the input", input), ("--output", output), ("--save", save), ("--apply", apply),
      ] + Output.files(ofStore: store))
    defer { bad.tell(policy) }
    try probability.check()
    if probability.probabilities { return try calibrateProbabilities(policy) }
    var request = CalibrateRequest(
      source: try Source.one(input, store, runName, columns, format, policy))
    request.settings = try fit.settings()
    request.covariates = fit.covariates
    request.apply = apply
    request.save = save
    request.output = Output.isStandard(output) ? nil : output
    request.outputFormat = try outputFormat.key(for: output)
    // Rows are the result where nothing else is named; the report then goes to standard error.
    let rowsToOutput = (output == nil && store == nil) || Output.isStandard(output)
    try Output.checkApart(
      ["--output": output, "--save": save],
      from: Output.files(ofStore: store) + [("--apply", apply)])
    // The calibrated rows may take the place of the rows; the calibration may not.
    try Output.checkApart(["--save": save], from: [("the input", input)])
    try Output.checkOnlyOne([
      "the rows": rowsToOutput && !(json && output == nil), "--json": json,
      "--save": Output.isStandard(save),
    ])
    guard output == nil || store == nil else {
      throw TareError.usage(
        "--output applies to score files; the calibrated scores of a run stay in its store")
    }
    request.printsRows = rowsToOutput && !json
    // A reader that has seen enough (`| head`) is no error.
    signal(SIGPIPE, SIG_DFL)
    let outcome = try Pipeline(observer: Terminal.observer()).calibrate(request)
    if json { return try Output.print(outcome.json) }
    if rowsToOutput, let rows = outcome.rows { try Output.print(rows) }
    try Terminal.tell(
      outcome.text(
        coloured: rowsToOutput || Output.isStandard(save)
          ? Terminal.errorIsColoured : Terminal.outputIsColoured),
      onStandardOutput: !rowsToOutput && !Output.isStandard(save))
    suggestNext(rowsToOutput, hasLabels: outcome.hasLabels)
  }

  private func suggestNext(_ rowsToOutput: Bool, hasLabels: Bool) {
    let command = hasLabels ? "evaluate" : "rank"
    let covariate = fit.covariates.first.map {
      hasLabels && $0 != "length" ? ["--length", $0] : []
    }
    if store != nil {
      NextCommand.suggest([command] + CommandLine.given(SharedOptions.store))
    } else if let output, !rowsToOutput {
      NextCommand.suggest(
        [command, output] + CommandLine.given(SharedOptions.columns) + (covariate ?? []))
    } else if let input, input != "-", output == nil, Terminal.outputIsTerminal {
      NextCommand.suggest(CommandLine.typed + ["-o", input.inserting("-calibrated")])
    }
  }
}

/// A file or a run, as several commands take them.
enum Source {
  static func one(
    _ input: String?, _ store: String?, _ run: String?, _ columns: ColumnArguments,
    _ format: FormatArgument, _ policy: RowPolicy
  ) throws(TareError) -> ScoreSource {
    let sources = try many(
      input.map { [$0] } ?? [], store, run.map { [$0] } ?? [], columns, format, policy)
    guard sources.count == 1 else { throw .usage("give one file, or --store and one --run") }
    return sources[0]
  }

  static func many(
    _ inputs: [String], _ store: String?, _ runs: [String], _ columns: ColumnArguments,
    _ format: FormatArgument, _ policy: RowPolicy
  ) throws(TareError) -> [ScoreSource] {
    guard (store == nil) == runs.isEmpty else {
      throw .usage("--store and --run must be given together")
    }
    var sources: [ScoreSource] = []
    for input in inputs {
      var source = try columns.source(.file(input), format)
      source.policy = policy
      sources.append(source)
    }
    if let store {
      try columns.refuse(format, hasFiles: !inputs.isEmpty)
      for run in runs {
        var source = ScoreSource(.run(run, store: store))
        source.label = columns.label
        sources.append(source)
      }
    }
    guard !sources.isEmpty else { throw .usage("give a score file, or --store and --run") }
    return sources
  }
}
