/// `tare train-adapter`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct TrainAdapter: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-adapter",
    abstract: "Train a LoRA adapter and a reward head on preference pairs.",
    discussion: """
      Examples:
        tare train-adapter pairs.jsonl --model ORG/NAME --output adapter
        tare score dev.jsonl --model adapter -o scores.jsonl
        tare train-adapter chat.jsonl math.jsonl --update migu:0.7 --layers 8 --targets all \
      --model ORG/NAME --output adapter

      Low-rank changes of linear layers in the top layers are trained in float32 with a Bradley–Terry \
      loss, together with a linear reward. The layers below are frozen and computed once, in \
      --precision. The output is a PEFT adapter (adapter_config.json, adapter_model.safetensors) that \
      tare and PEFT load. Accuracy is on held-out pairs, a fifth of each file's prompts. Several files \
      are trained on one after the other. Models: decoders with layers of Llama's kind (llama, \
      mistral, qwen2).
      """)

  @Argument(help: "Preference pairs: rows with prompt, chosen and rejected; one file per domain.")
  var pairs: [String]

  @OptionGroup var model: ModelArgument
  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var format: FormatArgument
  @OptionGroup var bad: BadRowArguments

  @Option(help: "New or empty folder for the adapter.")
  var output: String

  @Option(help: "Rank of the changes.")
  var rank = 8
  @Option(help: "The changes are multiplied by alpha / rank.")
  var alpha = 16.0
  @Option(help: "Number of layers from the top that learn.")
  var layers = 4
  @Option(
    help: ArgumentHelp(
      """
      Linear layers that learn: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, \
      separated by commas, or all.
      """, valueName: "names"))
  var targets = "q_proj,v_proj"
  @Option(help: "Epochs per domain.")
  var epochs = 3
  @Option(help: "Adam's learning rate.")
  var learningRate = 0.0003
  @Option(help: "Pairs per batch.")
  var batchSize = 8
  @Option(
    help: ArgumentHelp(
      """
      Update rule for each next domain. migu:T: rows of A and B whose outputs are below the T quantile \
      stay frozen (arXiv 2406.17245); random:T: as many rows, chosen at random; replay:R: the fraction R \
      of each earlier domain's pairs is mixed in.
      """, valueName: "all|migu:T|random:T|replay:R"))
  var update = "all"
  @Option(help: "Seed of the split, the start and the order.")
  var seed: UInt64 = 1
  @Flag(help: "Print the results as JSON.")
  var json = false

  func run() throws {
    let read: [(name: String, path: String?)] = pairs.map { ("an input", $0) }
    let policy = try bad.policy(apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    var request = try TrainAdapterRequest(
      domains: pairs, output: output, settings: scoring.settings(model.named))
    request.policy = policy
    request.format = format.format
    request.columns = format.columns
    (request.rank, request.alpha, request.layers) = (rank, alpha, layers)
    (request.targets, request.update, request.seed) = (targets, update, seed)
    (request.epochs, request.learningRate, request.batchSize) = (epochs, learningRate, batchSize)
    let outcome = try Pipeline(observer: Terminal.observer()).trainAdapter(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
    NextCommand.suggest(["serve", "--model", output])
  }
}
