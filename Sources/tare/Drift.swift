/// `tare drift`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Drift: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare scores of the same responses before and after, as anchors are added.",
    discussion: """
      Examples:
        tare drift before.csv after.csv --fail-if '"order" significantly > 2'
        tare drift --store tare.sqlite --run v1 --run v2 --json
        tare drift anchors.csv --by version --fail-if '"shift" significantly > 10'

      The first scores are compared with each of the others: two versions of a reward model, or one model \
      over time. Reported are the share of prompts of which two drawn responses change places (order), the \
      share whose best response is another (best), and the mean change of the score in standard deviations \
      (shift). Bounds hold at every number of prompts together, so that a check may be repeated each day as \
      anchors are added, without raising more false alarms than --alpha.

      A condition of --fail-if is "order", "best" or "shift" in quotes, [significantly], <, <=, > or >=, and \
      a number: per cent of prompts, or hundredths of a standard deviation. With significantly, the whole \
      bound has to lie beyond. The exit code is 2 if a condition holds.
      """)

  @Argument(help: "Score tables: the earlier one first.")
  var inputs: [String] = []
  @Option(help: "Store to read the scores from.")
  var store: String?
  @Option(name: .customLong("run"), help: "Name of a run in the store: the earlier one first.")
  var runNames: [String] = []
  @Option(
    name: .customLong("fail-if"),
    help: ArgumentHelp("Exit with 2 if this holds.", valueName: "condition"))
  var failIf: [String] = []
  @Option(help: "Probability that a bound ever fails.")
  var alpha = 0.05
  @Option(help: "Number of prompts for which the bound on the shift is narrowest.")
  var planned = 200
  @Option(help: "Seed of the responses that are drawn.")
  var seed: UInt64 = 1
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Flag(help: "Print the comparison as JSON.")
  var json = false

  mutating func validate() {
    store = Defaults.store(store, isNeeded: !runNames.isEmpty)
  }

  func run() throws {
    let policy = try bad.policy(
      store: store,
      apartFrom: inputs.map { ("an input", $0 as String?) } + Output.files(ofStore: store))
    defer { bad.tell(policy) }
    var request = DriftRequest(
      sources: try Source.many(inputs, store, runNames, columns, format, policy))
    (request.conditions, request.alpha) = (failIf, alpha)
    (request.planned, request.seed) = (planned, seed)
    let outcome = try Pipeline(observer: Terminal.observer()).drift(request)
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(
        outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
    }
    for held in outcome.held { Terminal.complain(held) }
    if !outcome.held.isEmpty { throw ExitCode(2) }
  }
}
