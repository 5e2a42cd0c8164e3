/// `tare train-head`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct TrainHead: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-head",
    abstract: "Train a reward head on preference pairs; the model's backbone stays frozen.",
    discussion: """
      Examples:
        tare train-head train.jsonl --model model.gguf --validate dev.jsonl \
      --output head.safetensors --store tare.sqlite
        tare train-head train.csv --model model.gguf --skip-bad-rows --output head.safetensors
        tare train-head train.jsonl --model model.gguf --validate dev.jsonl --laplace \
      --output head.safetensors
        tare train-head --sequence chat.jsonl math.jsonl code.jsonl --update all --update migu \
      --update replay:0.2 --model model.gguf --store tare.sqlite
        tare train-head --sequence reviews.jsonl news.jsonl --update all --update migu \
      --model model.gguf --store tare.sqlite

      Trains a linear head and prints a model card as JSON: accuracy with its interval, and how the \
      score correlates with length. With --sequence, trains an MLP head on one domain after the other \
      and prints accuracy on the held-out pairs of every domain after every stage, average accuracy, \
      forgetting, transfer, and joint training as an upper bound; --output is then the head of the \
      first update rule and seed after the last stage. Files with prompt (or text) and label, and no \
      responses, are classification tasks: a softmax head learns their classes. A column split \
      (train or test) says which rows are held out.

      --laplace and --ensemble save how uncertain the head's weights are: `tare score` then writes a \
      standard deviation score_sd beside each score, the same score as without, and the card tells how \
      well the deviations hold on the pairs of --validate.

      Features are kept in the store, so that training again takes seconds.
      """)

  @Argument(help: "Preference pairs: rows with prompt, chosen and rejected.")
  var pairs: String?

  @OptionGroup var model: ModelArgument
  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var format: FormatArgument

  @Option(
    help:
      "File for the head, in safetensors; - for standard output; optional with --sequence.")
  var output: String?

  @Option(help: "Held-out pairs to evaluate the head on; none may be a training pair.")
  var validate: String?

  @Option(
    help: ArgumentHelp(
      "Standard deviations of scores from this many heads, fitted on resampled prompts.",
      valueName: "k"))
  var ensemble: Int?

  @Flag(help: "Standard deviations of scores from Laplace's posterior of the head's weights.")
  var laplace = false

  @OptionGroup var bad: BadRowArguments

  @Option(help: "Store for the features.")
  var store: String?

  @OptionGroup(title: "A sequence of domains") var sequence: SequenceArguments

  func run() throws {
    try Output.checkApart(["--output": output], from: read)
    if sequence.sequence.isEmpty { try runLinear() } else { try runSequence() }
  }

  /// What is read, and must not be written over.
  private var read: [(name: String, path: String?)] {
    ([pairs, validate] + sequence.sequence.map { $0 }).map { ("an input", $0) }
      + Output.files(ofStore: store)
  }

  private func runLinear() throws {
    guard let pairs else {
      throw TareError.usage("give a file of pairs, or several in order with --sequence")
    }
    if let option = sequence.given.first {
      throw TareError.usage("\(option) requires --sequence")
    }
    guard let output else {
      throw TareError.usage("--output is missing: the safetensors file for the head")
    }
    var request = try TrainHeadRequest(
      pairs: pairs, output: output, settings: scoring.settings(model.named))
    let policy = try bad.policy(apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    request.policy = policy
    request.validation = validate
    request.ensemble = ensemble
    request.hasPosterior = laplace
    request.format = format.format
    request.columns = format.columns
    request.store = store
    let card = try Pipeline(observer: Terminal.observer()).trainHead(request)
    if !Output.isStandard(output) {
      let model = CommandLine.given(["--model", "--template", "--tokens"])
      NextCommand.suggest(
        validate.map { ["score", $0] + model + ["--head", output, "-o", "scores.jsonl"] }
          ?? ["serve"] + model + ["--head", output])
    }
    // The card is the result, but where the head itself is printed.
    if Output.isStandard(output) {
      return try Terminal.tell(card.text(indent: 2), onStandardOutput: false)
    }
    try Output.print(card)
  }

  private func runSequence() throws {
    guard pairs == nil else {
      throw TareError.usage(
        "give a file of pairs or --sequence, not both: expected --sequence A.jsonl B.jsonl")
    }
    guard validate == nil else {
      throw TareError.usage(
        "--validate cannot be combined with --sequence, which holds out pairs itself")
    }
    guard ensemble == nil, !laplace else {
      throw TareError.usage("--ensemble and --laplace cannot be combined with --sequence")
    }
    try Output.checkOnlyOne(["--output": Output.isStandard(output), "--json": sequence.json])
    let policy = try bad.policy(apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    var request = try sequence.request(scoring.settings(model.named))
    request.policy = policy
    request.output = output
    request.store = store
    request.format = format.format
    request.columns = format.columns
    let outcome = try Pipeline(observer: Terminal.observer()).trainSequence(request)
    if sequence.json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(coloured: Terminal.outputIsColoured),
      onStandardOutput: !Output.isStandard(output))
    if let output, !Output.isStandard(output) {
      NextCommand.suggest(
        ["serve"] + CommandLine.given(["--model", "--template", "--tokens"]) + ["--head", output])
    }
  }
}
