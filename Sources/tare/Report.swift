/// `tare report`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a report on reward models as one HTML file that needs nothing else.",
    discussion: """
      Examples:
        tare report scores.csv --label gold --output report.html
        tare report --store tare.sqlite
        tare report --store tare.sqlite --run first --run second --title "Which head?"
        tare report a.json b.json c.json --method lowess
        tare report scores.csv --skip-bad-rows
        tare report scores.csv --inspection routing.json --inspection attention.json

      Takes score files, and runs of a store (all of them where none is named). A run's newest calibration, \
      or a file's column calibrated, stands beside the raw scores; where there is none, the scores are \
      calibrated for the report by --method, which changes neither store nor file; where labels choose \
      that calibration, each prompt is calibrated by a fit to other prompts. The page tells how good \
      a model is and how sure that is, what it has to do with length, whether to calibrate, and which pairs \
      that would decide differently, with their texts. --inspection adds what tare inspect --routing or \
      --attention prints with --json; it may stand alone, without scores.
      """)

  @Argument(
    help:
      "Score files, gzipped or not; folders, each with the files of one model; - for standard input."
  )
  var inputs: [String] = []
  @Option(help: "Store to take the scores from.")
  var store: String?
  @Option(name: .customLong("run"), help: "Runs in the order of the page (default: all).")
  var runNames: [String] = []
  @Option(
    name: .customLong("inspection"),
    help: ArgumentHelp(
      "What tare inspect --routing or --attention printed with --json; may be given again.",
      valueName: "file"))
  var inspections: [String] = []
  @Option(name: .shortAndLong, help: "The HTML file; - for standard output.")
  var output = "report.html"
  @Option(help: "The page's title (default: the run's name).")
  var title: String?
  @Option(
    help: ArgumentHelp(
      "How scores without calibrated ones are calibrated: \(Pipeline.calibrationMethods), none (default: auto)."
    ))
  var method: String?
  @Option(
    help: ArgumentHelp(
      "Examples of what calibration puts right, and of what it puts wrong.", valueName: "n"))
  var examples = 20
  @Option(help: ArgumentHelp("Benchmark: \(Pipeline.benchmarks) (default: by the data)."))
  var benchmark: String?
  @Option(
    help: ArgumentHelp(
      "Column of the response's length, or counted on the text: \(Pipeline.textCovariates) (default: length)."
    ))
  var length: String?
  @Option(help: "Resamples of the bootstrap.")
  var bootstrap = 10_000
  @Option(help: "Seed of the bootstrap.")
  var seed: UInt64 = 1
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument

  mutating func validate() {
    store = Defaults.store(
      store, isNeeded: !runNames.isEmpty || (inputs.isEmpty && inspections.isEmpty))
  }

  func run() throws {
    let read =
      inputs.map { ("an input", $0 as String?) }
      + inspections.map { ("--inspection", $0 as String?) } + Output.files(ofStore: store)
    let policy = try bad.policy(
      store: inputs.isEmpty ? store : nil, apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    try Output.checkApart(["--output": output], from: read)
    var names = runNames
    if let store, names.isEmpty { names = try pipeline.runNames(in: store) }
    // Inspections may stand alone.
    let hasScores = inspections.isEmpty || !inputs.isEmpty || store != nil || !names.isEmpty
    var evaluation = EvaluateRequest(
      sources: hasScores ? try Source.many(inputs, store, names, columns, format, policy) : [])
    evaluation.benchmark = benchmark
    evaluation.length = length
    evaluation.bootstrap = bootstrap
    evaluation.seed = seed
    var request = ReportRequest(evaluation)
    request.title = title
    request.inspections = inspections
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
