/// `tare probe`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Edit responses in known ways and measure how their scores change.",
    discussion: """
      Examples:
        tare probe pairs.jsonl --model ORG/NAME
        tare probe candidates.jsonl --model model.gguf --head head.safetensors --probe padding --probe bold
        tare probe pairs.jsonl --model ORG/NAME --json

      Most edits leave the quality of a response unchanged (padding, a heading, bold, praise of itself); \
      some make it worse (a missing paragraph, typos). For each edit: the mean change of the score with its \
      interval, in standard deviations of the margin between two responses to one prompt, the share of \
      pairs whose order it changes, and the effect that could have been detected. Edits are seeded, and \
      one that would lose a fact is not made. No labels are needed.
      """)

  @Argument(help: "Conversations, pairs or candidates; - for standard input.")
  var inputs: [String] = []
  @OptionGroup var model: ModelArgument
  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var head: HeadArguments
  @OptionGroup var engine: EngineArguments
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var format: FormatArgument
  @Option(
    name: .customLong("probe"),
    help: ArgumentHelp(
      "Edit to make: \(ProbeRequest.keys) (default: all of these); of the prompt: \(ProbeRequest.promptKeys).",
      valueName: "key"))
  var probes: [String] = []
  @Option(help: "Seed of the edits.")
  var seed: UInt64 = 1
  @Flag(help: "Print the effects as JSON.")
  var json = false

  func run() throws {
    guard !inputs.isEmpty else { throw TareError.usage("give the responses to be probed") }
    var score = try ScoreRequest(inputs: inputs, settings: scoring.settings(model.named))
    try head.apply(to: &score.settings)
    score.settings.engine = try engine.settings(scoring, head)
    (score.format, score.columns) = (format.format, format.columns)
    let policy = try bad.policy(
      apartFrom: inputs.map { ("an input", $0 as String?) } + [("--head", head.head)])
    defer { bad.tell(policy) }
    score.policy = policy
    var request = ProbeRequest(score: score)
    (request.probes, request.seed) = (probes, seed)
    let outcome = try Pipeline(observer: Terminal.observer()).probe(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
