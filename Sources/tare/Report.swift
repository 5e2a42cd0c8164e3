/// `tare report`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a report on reward models as one self-contained HTML file.",
    discussion: """
      Examples:
        tare report scores.csv --label gold --output report.html
        tare report --store tare.sqlite
        tare report --store tare.sqlite --run first --run second --title "Which head?"
        tare report a.json b.json c.json --method lowess
        tare report scores.csv --skip-bad-rows
        tare report scores.csv --inspection routing.json --inspection attention.json
        tare report scores.csv --findings audit.json --findings probes.json

      Reads score files, or runs of a store (by default all of them). A run's newest calibration, or a \
      file's column calibrated, is compared with the raw scores. If there is none, the scores are \
      calibrated for the report only, by --method; if that calibration uses labels, each prompt is \
      calibrated by a fit to other prompts. The report shows the model's accuracy with its confidence \
      interval, how the score depends on length, whether to calibrate, and which pairs calibration \
      flips, with their texts. --inspection adds what tare inspect --routing or --attention, tare \
      decide --audit and tare evaluate --probabilities print with --json, --findings what tare audit \
      or tare probe print; a report of these needs no scores.
      """)

  @Argument(
    help:
      "Score files, compressed or not; folders, each with the files of one model; - for standard input."
  )
  var inputs: [String] = []
  @Option(help: "Store to read the scores from.")
  var store: String?
  @Option(
    name: .customLong("run"), help: "Names of runs, in the order of the report (default: all).")
  var runNames: [String] = []
  @Option(
    name: .customLong("inspection"),
    help: ArgumentHelp(
      "Output of tare inspect --routing or --attention, decide --audit or evaluate --probabilities, each with --json; repeatable.",
      valueName: "file"))
  var inspections: [String] = []
  @Option(
    help: ArgumentHelp(
      "Output of tare audit or tare probe with --json; repeatable.", valueName: "file"))
  var findings: [String] = []
  @Option(name: .shortAndLong, help: "HTML file to write; - for standard output.")
  var output = "report.html"
  @Option(help: "Title of the report (default: the run's name).")
  var title: String?
  @Option(
    help: ArgumentHelp(
      "Method for scores that are not calibrated yet: \(Pipeline.calibrationMethods), none (default: auto)."
    ))
  var method: String?
  @Option(
    help: ArgumentHelp(
      "Number of examples that calibration corrects, and of those that it breaks.", valueName: "n"))
  var examples = 20
  @Option(
    help: ArgumentHelp("Benchmark: \(Pipeline.benchmarks) (default: detected from the data)."))
  var benchmark: String?
  @Option(
    help: ArgumentHelp(
      "Length of the response: a column, or computed from the text: \(Pipeline.textCovariates) (default: length)."
    ))
  var length: String?
  @Option(help: "Number of bootstrap resamples.")
  var bootstrap = 10_000
  @Option(help: "Bootstrap seed.")
  var seed: UInt64 = 1
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument

  mutating func validate() {
    store = Defaults.store(
      store,
      isNeeded: !runNames.isEmpty || (inputs.isEmpty && inspections.isEmpty && findings.isEmpty))
  }

  func run() throws {
    let read =
      inputs.map { ("an input", $0 as String?) }
      + inspections.map { ("--inspection", $0 as String?) }
      + findings.map { ("--findings", $0 as String?) } + Output.files(ofStore: store)
    let policy = try bad.policy(
      store: inputs.isEmpty ? store : nil, apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    FreedMemory.keepTogether()
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    try Output.checkApart(["--output": output], from: read)
    var names = runNames
    if let store, names.isEmpty { names = try pipeline.runNames(in: store) }
    // Inspections and findings may stand alone.
    let hasScores =
      (inspections.isEmpty && findings.isEmpty) || !inputs.isEmpty || store != nil || !names.isEmpty
    var evaluation = EvaluateRequest(
      sources: hasScores ? try Source.many(inputs, store, names, columns, format, policy) : [])
    evaluation.benchmark = benchmark
    evaluation.length = length
    evaluation.bootstrap = bootstrap
    evaluation.seed = seed
    var request = ReportRequest(evaluation)
    request.title = title
    request.inspections = inspections
    request.findings = findings
    request.examples = examples
    if method == "none" {
      request.calibration = nil
    } else if method != "auto" {
      request.calibration?.method = method
    }
    request.origin = [
      ("Program", "tare \(Tare.configuration.version)"),
      ("Command", (["tare"] + CommandLine.typed).shellText),
    ]
    let page = try pipeline.report(request)
    try Output.write(Data(page.utf8), to: output)
    guard !Output.isStandard(output) else { return }
    try Terminal.tell("wrote \(output)", onStandardOutput: true)
    NextCommand.suggest(program: ["xdg-open", output])
  }
}
