/// `tare estimate`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Estimate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Estimate means of policies from many scores and few labels.",
    discussion: """
      Examples:
        tare estimate scores.csv --by policy --label gold --group prompt_id
        tare estimate scores.csv --by policy --label gold --against base --budget 2%
        tare estimate scores.csv --label gold --covariate length --json

      Each row is a scored response; a few have a label, the others an empty cell. Prints the mean label \
      of each policy and differences to the first (or --against): by the labels alone, prediction-powered \
      (PPI++, which uses the scores as far as they correlate with the labels), and calibrated (isotonic \
      regression of label on score, cross-fitted by prompt, and corrected by the policy's own labels). \
      Transport: whether labels of other policies predict this policy's labels without bias: PASS if the \
      95% interval of the bias is within --margin, FAIL if it excludes 0, else INCONCLUSIVE.
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
      "Covariate that the label may depend on besides the score: a column, or computed from the text.",
      valueName: "name"))
  var covariates: [String] = []
  @Option(help: "Policy that others are compared with (default: the first).")
  var against: String?
  @Option(
    help:
      "Bias that counts as none in the transport check, in the label's unit (default: 5% of the labels' range)."
  )
  var margin: Double?
  @Option(
    help: ArgumentHelp(
      "Print how many labels a 95% interval of plus and minus this takes: a number in the label's unit, or with % of the labels' range.",
      valueName: "width"))
  var budget: String?
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Flag(help: "Print the estimates as JSON.")
  var json = false

  mutating func validate() {
    store = Defaults.store(store, isNeeded: runName != nil)
  }

  func run() throws {
    let policy = try bad.policy(
      store: store, apartFrom: [("the input", input)] + Output.files(ofStore: store))
    defer { bad.tell(policy) }
    var request = EstimateRequest(
      source: try Source.one(input, store, runName, columns, format, policy))
    request.covariates = covariates
    (request.against, request.margin, request.budget) = (against, margin, budget)
    let outcome = try Pipeline(observer: Terminal.observer()).estimate(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
