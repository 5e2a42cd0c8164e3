/// `tare evaluate`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the accuracy of reward models, with an interval on every number.",
    discussion: """
      Examples:
        tare evaluate scores.csv --label gold --length len_char
        tare evaluate --store tare.sqlite --run first
        tare evaluate --store tare.sqlite --run second --against first
        tare evaluate eval-set-scores/*/*.json
        tare evaluate mine.json --against theirs.json --disagreements 10
        tare evaluate chat.json math.json code.json safety-*.json --together --benchmark rm-bench
        tare evaluate rm-bench-results/*/
        tare evaluate scores.csv --missing drop --output table.csv
        tare evaluate new.json --against old.json --fail-if 'overall < base - 1' --junit tests.xml
        tare evaluate answers.jsonl --probabilities --against other.jsonl
        tare evaluate judged.csv --against-ranking arena.csv --ranking-names names.csv
        tare evaluate clips.csv --benchmark clips --segments chosen.jsonl

      Several files, folders or runs give a leaderboard with an interval on every rank. A file that \
      cannot be read is reported and skipped. Raw and calibrated scores are shown side by side if both \
      exist (the run's newest calibration, or the file's column calibrated). A change measured on the \
      labels that chose the calibration is reported as in-sample and not tested. A warning says where \
      a set is not the complete published benchmark.

      A condition of --fail-if is METRIC [significantly] COMPARATOR BOUND. METRIC is overall, or the name \
      of a subset, section or average in double quotes; COMPARATOR is <, <=, > or >=; BOUND is a number \
      of points (percent), or base, base + NUMBER or base - NUMBER, where base is the same metric of \
      --against. Raw scores are compared; with significantly, the whole 95% interval must lie beyond the \
      bound. Exit codes: 2 if a condition holds for any model, 64 if a condition cannot be read.
      """)

  @Argument(
    help:
      "Score files, compressed or not; folders, each with the files of one model; - for standard input."
  )
  var inputs: [String] = []
  @Option(help: "Store to read the scores from.")
  var store: String?
  @Option(name: .customLong("run"), help: "Names of runs in the store.")
  var runNames: [String] = []
  @Option(
    help: ArgumentHelp(
      """
      Benchmark: \(Pipeline.benchmarks) (default: detected from the data); or clips, average precision \
      of scored clips of videos (--segments).
      """))
  var benchmark: String?
  @Flag(help: "Treat the inputs as parts of one model's scores.")
  var together = false
  @Option(
    help:
      "Scores to compare with, on the prompts that both have: another run of the store, or without --store a file; several are parts of one model."
  )
  var against: [String] = []
  @Option(
    help: ArgumentHelp("Keep only rows of --against with this value.", valueName: "COLUMN=VALUE"))
  var againstWhere: [String] = []
  @Option(
    help: ArgumentHelp(
      "Number of examples on which the two models disagree.", valueName: "n"))
  var disagreements = 0
  @Option(
    help: ArgumentHelp(
      "Exit with 2 if this holds, as 'overall < base - 1' or '\"Chat Hard\" significantly < 60'; may be repeated.",
      valueName: "condition"))
  var failIf: [String] = []
  @Option(
    help: ArgumentHelp(
      "File for the conditions as a JUnit XML report; - for standard output.", valueName: "file"))
  var junit: String?
  @Option(
    help: ArgumentHelp(
      "Length of the response: a column, or computed from the text: \(Pipeline.textCovariates) (default: length)."
    ))
  var length: String?
  @Option(
    help: ArgumentHelp(
      "Weights of RewardBench's xstest subsets: \(Pipeline.xstestWeights) (default: now).",
      valueName: "key"))
  var xstestWeights: String?
  @Option(help: "ProcessBench: score below which a step counts as wrong (default: 0.5).")
  var threshold: Double?
  @Flag(
    help: """
      Evaluate the probabilities of typed questions with labels, as `tare decide` writes them or in \
      columns p_OPTION, instead of scores.
      """)
  var probabilities = false
  @OptionGroup var ranking: RankingArguments
  @OptionGroup var clips: ClipArguments
  @Option(help: "Number of bootstrap resamples.")
  var bootstrap = 10_000
  @Option(help: "Bootstrap seed.")
  var seed: UInt64 = 1
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Flag(
    help: "Print each model's table, accuracy by deciles of the length difference, and reliability."
  )
  var details = false
  @Option(
    name: .shortAndLong,
    help: "File for a table of accuracies, one row per model and subset; - for standard output."
  )
  var output: String?
  @OptionGroup var outputFormat: OutputFormatArgument
  @Flag(help: "Print the results as JSON.")
  var json = false

  /// Of a condition that holds: no error, but not what the caller hoped for.
  private static let heldCode: Int32 = 2

  mutating func validate() {
    store = Defaults.store(store, isNeeded: !runNames.isEmpty)
  }

  func run() throws {
    let read =
      (inputs + (store == nil ? against : [])).map { ("an input", $0 as String?) }
      + Output.files(ofStore: store)
    try Output.checkApart(["--output": output, "--junit": junit], from: read)
    guard junit == nil || !failIf.isEmpty else {
      throw TareError.usage("--junit needs --fail-if: it reports conditions")
    }
    let policy = try bad.policy(
      store: inputs.isEmpty ? store : nil,
      apartFrom: read + [("--output", output), ("--junit", junit)])
    defer { bad.tell(policy) }
    try ranking.check()
    if probabilities { return try evaluateProbabilities(policy) }
    if benchmark == ClipRequest.key { return try evaluateClips(policy) }
    guard clips.segments == nil else {
      throw TareError.usage("--segments requires --benchmark clips")
    }
    if !ranking.againstRanking.isEmpty { return try evaluateRanking(policy) }
    var request = EvaluateRequest(
      sources: try Source.many(inputs, store, runNames, columns, format, policy))
    request.benchmark = benchmark
    request.length = length
    request.bootstrap = bootstrap
    request.seed = seed
    request.xstestWeights = xstestWeights
    request.threshold = threshold
    request.together = together
    request.conditions = failIf
    guard disagreements >= 0 else {
      throw TareError.usage("--disagreements: expected 0 or more, found \(disagreements)")
    }
    request.disagreements = disagreements
    let wanted = try ColumnArguments.parsed(againstWhere)
    for name in against {
      var source =
        try store.map { ScoreSource(.run(name, store: $0)) }
        ?? columns.source(.file(name), format)
      source.filters = wanted
      source.policy = policy
      request.against.append(source)
    }
    let printsRows = Output.isStandard(output)
    let printsReport = Output.isStandard(junit)
    try Output.checkOnlyOne(["--output": printsRows, "--json": json, "--junit": printsReport])
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    try pipeline.checkWritable(junit)
    let outcome = try pipeline.evaluate(request)
    if let output {
      let format = try outputFormat.key(for: output)
      try Output.write(Pipeline.encoded(outcome.rows, for: output, format: format), to: output)
    }
    if let junit { try Output.write(Data(outcome.junit.utf8), to: junit) }
    let hasOutput = printsRows || printsReport
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(
        outcome.text(
          details: details,
          coloured: hasOutput ? Terminal.errorIsColoured : Terminal.outputIsColoured),
        onStandardOutput: !hasOutput)
    }
    for failure in outcome.failures {
      Terminal.complain("\(failure.source) skipped: \(failure.error.description)")
    }
    for held in outcome.held { Terminal.complain(held) }
    if let first = outcome.failures.first { throw ExitCode(first.error.exitCode) }
    if !outcome.held.isEmpty { throw ExitCode(Self.heldCode) }
    guard !json else { return }
    NextCommand.suggest(
      ["report"] + inputs
        + CommandLine.given(
          SharedOptions.store + SharedOptions.columns + SharedOptions.rows
            + SharedOptions.evaluation) + ["-o", "report.html"])
  }
}
