/// `tare inspect`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Describe a model, report possible problems, and measure its experts and attention.",
    discussion: """
      Examples:
        tare inspect Skywork/Skywork-Reward-V2-Qwen3-0.6B
        tare inspect --routing pairs.jsonl --model MODEL
        tare inspect --attention pairs.jsonl --model MODEL --json >attention.json

      Without options: family, sizes, memory, reward head, score position, chat template and BOS \
      policy. Tensors are checked by loading them, unless they would fill more than half of the \
      memory. The exit code is 65 if scoring is impossible, else 0.

      --routing measures the routers of a mixture of experts on a set of inputs: load and \
      load-balancing losses, experts by subset, and how routing correlates with score and length. \
      --attention measures attention sinks, entropy, activations and gates. Both score the inputs, \
      bit-identically to `tare score`. docs/inspect.md defines each figure; `tare report \
      --inspection` plots them.
      """)

  @Argument(
    help: ArgumentHelp(
      "The model: a Hugging Face folder, a .gguf file, or the ORG/NAME of a downloaded model.",
      valueName: "model"))
  var place: String?

  @Option(help: ArgumentHelp("Same as MODEL.", valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp("Inputs to measure routing on, as for `tare score`.", valueName: "input"))
  var routing: String?

  @Option(
    help: ArgumentHelp(
      "Inputs to measure attention and gates on, as for `tare score`.", valueName: "input"))
  var attention: String?

  @Option(help: ArgumentHelp("Inputs per micro-batch (default: 8).", valueName: "texts"))
  var microBatch: Int?

  @Option(
    help: ArgumentHelp(
      "Number of tokens run through all experts (default: 0.5% of the experts' work, at least 64).",
      valueName: "tokens"))
  var expertSamples: Int?

  @Option(
    help: ArgumentHelp(
      "Number of expert pairs per layer whose neurons are matched (default: as many as cost 2% of scoring, at least one; none beyond some 2,000 neurons).",
      valueName: "pairs"))
  var expertPairs: Int?

  @Option(
    help: ArgumentHelp(
      "Magnitude above which a neuron of an expert counts as active (default: 0.001).",
      valueName: "magnitude"))
  var activeThreshold: Double?

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var head: HeadArguments
  @OptionGroup var format: FormatArgument

  @Flag(help: "Print the results as JSON.")
  var json = false

  func run() throws {
    let place = try chosenModel()
    guard routing == nil, attention == nil else { return try runTexts(place) }
    try checkAlone()
    var request = InspectRequest(model: place)
    request.base = scoring.base
    request.adapter = scoring.adapter
    request.template = scoring.template
    if let tokens = scoring.tokens { request.tokens = tokens }
    let outcome = try Pipeline().inspect(request)
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(outcome.text, onStandardOutput: true)
    }
    if !json { NextCommand.suggest(["bench", "--model", place]) }
    // As for bad data anywhere; the findings have said what is wrong.
    if outcome.hasErrors { throw ExitCode(65) }
  }

  private func runTexts(_ place: String) throws {
    var request = InspectTextsRequest(scoring.settings(place))
    try head.apply(to: &request.settings)
    request.routing = routing
    request.attention = attention
    request.format = format.format
    request.columns = format.columns
    if let microBatch { request.microBatch = microBatch }
    if let activeThreshold { request.activeThreshold = activeThreshold }
    request.samples = expertSamples
    request.expertPairs = expertPairs
    let outcome = try Pipeline(observer: Terminal.observer()).inspectTexts(request)
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(
        outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
      NextCommand.suggest(CommandLine.typed + ["--json"], into: "inspection.json")
    }
  }

  private func chosenModel() throws(TareError) -> String {
    switch (place, model) {
    case (let place?, nil): return place
    case (nil, let model?): return model
    case (nil, nil):
      if let model = Defaults.told(.model) { return model }
      throw .usage("no model given: expected tare inspect MODEL, or --model MODEL")
    case (_?, _?): throw .usage("the model is given twice: expected MODEL or --model MODEL")
    }
  }

  /// Options that count for texts alone.
  private func checkAlone() throws(TareError) {
    let own: [(String, Bool)] = [
      ("--micro-batch", microBatch != nil), ("--expert-samples", expertSamples != nil),
      ("--expert-pairs", expertPairs != nil), ("--active-threshold", activeThreshold != nil),
      ("--format", format.format != nil), ("--columns", !format.columns.isEmpty),
    ]
    let describing: Set = ["--adapter", "--base", "--template", "--tokens"]
    let given =
      own.filter(\.1).map(\.0) + head.given
      + (scoring.ofTexts + scoring.ofComputation).filter { !describing.contains($0) }
    guard given.isEmpty else {
      throw .usage("\(given.joined(separator: ", ")): requires --routing or --attention")
    }
  }
}
