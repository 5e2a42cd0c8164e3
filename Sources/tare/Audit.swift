/// `tare audit`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check whether a correction holds when scores select, and what else it moved.",
    discussion: """
      Examples:
        tare audit candidates.jsonl --covariate length
        tare audit scored.jsonl --calibration length.json --method additive --json
        tare audit scores.csv --group prompt_id --covariate len_char --watch lists --watch headers
        tare audit --store tare.sqlite --run first

      Best of n: for n = 2 to the number of responses, over all subsets, the mean of each covariate of \
      the chosen response against what is offered, by raw and by calibrated scores; and the same for \
      the pairs that `tare pairs` would build. A correction can be flat on average and still select long \
      responses at n = 16. Substitution: for each covariate, all counts on the text included, the \
      partial rank correlation with the score within prompts before and after, with intervals and \
      false-discovery control. A correction of length may be paid for with lists.

      Audits the saved calibrations (--calibration), the methods (--method, fitted to this data) and \
      the calibrated scores that stand beside the raw ones; without any of these, the method auto.
      """)

  @Argument(help: "Score table; - for standard input.")
  var input: String?
  @Option(help: "Store to read the scores from.")
  var store: String?
  @Option(name: .customLong("run"), help: "Name of the run in the store.")
  var runName: String?
  @Option(
    name: .customLong("covariate"),
    help: ArgumentHelp(
      "Covariate whose bias the correction removes: a column, or computed from the text (default: length).",
      valueName: "name"))
  var covariates: [String] = []
  @Option(
    help: ArgumentHelp(
      "Further column to watch, besides all counts on the text.", valueName: "column"))
  var watch: [String] = []
  @Option(
    name: .customLong("calibration"),
    help: ArgumentHelp("Saved calibration to audit.", valueName: "file"))
  var calibrations: [String] = []
  @Option(
    name: .customLong("method"),
    help: ArgumentHelp(
      "Method to fit and audit: \(Pipeline.calibrationMethods).", valueName: "key"))
  var methods: [String] = []
  @Flag(help: "Fit the methods without the labels.")
  var ignoreLabels = false
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Flag(help: "Print the audit as JSON.")
  var json = false

  mutating func validate() {
    store = Defaults.store(store, isNeeded: runName != nil)
  }

  func run() throws {
    let files = [("the input", input)] + calibrations.map { ("--calibration", $0) }
    let policy = try bad.policy(store: store, apartFrom: files + Output.files(ofStore: store))
    defer { bad.tell(policy) }
    var request = CorrectionAuditRequest(
      source: try Source.one(input, store, runName, columns, format, policy))
    (request.targets, request.watched) = (covariates, watch)
    (request.calibrations, request.methods) = (calibrations, methods)
    request.settings.ignoresLabels = ignoreLabels
    let outcome = try Pipeline(observer: Terminal.observer()).audit(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
