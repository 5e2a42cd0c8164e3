/// `tare debias`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Debias: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take a direction of bias out of a reward model's hidden states, and save the head.",
    discussion: """
      Examples:
        tare debias pairs.jsonl --model ORG/NAME --probe padding --output head.safetensors
        tare debias pairs.jsonl --model model.gguf --head head.safetensors --probe heading \
      --method mean --output unbiased.safetensors --store tare.sqlite

      Responses are edited by a probe (see `tare probe`), and the hidden states of originals and edits say \
      in which direction the bias lies: their mean difference, the weights of a logistic regression, or the \
      closed form of LEACE, after which no linear function knows of the edit. The direction is projected \
      out before the head, which gives another linear head. Half of the prompts give the direction; on the \
      other half the effect of the edit and the accuracy are reported for the head as it was, without each \
      direction, and with a calibration for length instead.
      """)

  @Argument(help: "Conversations, pairs or candidates; - for standard input.")
  var inputs: [String] = []
  @OptionGroup var model: ModelArgument
  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var head: HeadArguments
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var format: FormatArgument
  @Option(
    help: ArgumentHelp("Edit whose direction is taken out: \(ProbeRequest.keys).", valueName: "key")
  )
  var probe: String
  @Option(help: "How the direction is found: \(DebiasRequest.methods) (default: leace).")
  var method: String?
  @Option(help: "File for the head, in safetensors.")
  var output: String
  @Option(help: "Store for the features.")
  var store: String?
  @Option(help: "Seed of the edits.")
  var seed: UInt64 = 1
  @Flag(help: "Print the comparison as JSON.")
  var json = false

  func run() throws {
    guard !inputs.isEmpty else { throw TareError.usage("give the responses to be edited") }
    let files: [(name: String, path: String?)] =
      inputs.map { ("an input", $0 as String?) } + [("--head", head.head)]
      + Output.files(ofStore: store)
    let isTaken = Output.isStandard(output)
    try Output.checkApart(["--output": output], from: files)
    try Output.checkOnlyOne(["--output": isTaken, "--json": json])
    var settings = try scoring.settings(model.named)
    try head.apply(to: &settings)
    let policy = try bad.policy(apartFrom: files + [("--output", output)])
    defer { bad.tell(policy) }
    var request = DebiasRequest(
      inputs: inputs, settings: settings, probe: probe, output: output)
    (request.format, request.columns) = (format.format, format.columns)
    (request.method, request.store, request.seed) = (method, store, seed)
    request.policy = policy
    let outcome = try Pipeline(observer: Terminal.observer()).debias(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(coloured: isTaken ? Terminal.errorIsColoured : Terminal.outputIsColoured),
      onStandardOutput: !isTaken)
  }
}
