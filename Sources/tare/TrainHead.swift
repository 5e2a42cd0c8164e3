/// `tare train-head`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct TrainHead: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-head",
    abstract: "Fits a reward head on preference pairs; the model's body stays as it is.",
    discussion: """
      Example: tare train-head train.jsonl --model model.gguf --validate dev.jsonl \
      --output head.safetensors --store tare.sqlite

      Prints a card in JSON: accuracy with its interval, and how the score goes with length. \
      Features are kept in the store, so that fitting again takes seconds.
      """)

  @Argument(help: "Preference pairs: rows with prompt, chosen and rejected.")
  var pairs: String

  @OptionGroup var model: ModelArgument
  @OptionGroup var scoring: ScoringArguments

  @Option(help: "Where the head goes, in safetensors.")
  var output: String

  @Option(help: "Pairs that the head is judged on; none of them may be in the training pairs.")
  var validate: String?

  @Option(help: "Store that keeps the features.")
  var store: String?

  func run() throws {
    var request = TrainHeadRequest(
      pairs: pairs, output: output, settings: scoring.settings(model.model))
    request.validation = validate
    request.store = store
    let card = try Pipeline(observer: Terminal.observer()).trainHead(request)
    try Output.print(card)
  }
}
