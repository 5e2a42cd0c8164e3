/// `tare tokenize`.
internal import ArgumentParser
internal import TarePipeline

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the model's input: rendered text, token ids, score position.",
    discussion: "Example: tare tokenize pairs.jsonl --model model.gguf")

  @Argument(help: "Conversations, pairs or candidates; - for standard input.")
  var inputs: [String]
  @OptionGroup var model: ModelArgument
  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var format: FormatArgument

  func run() throws {
    var request = try ScoreRequest(inputs: inputs, settings: scoring.settings(model.named))
    request.format = format.format
    request.columns = format.columns
    let pipeline = Pipeline(observer: StageObserver(notice: Terminal.warn))
    try Output.print(pipeline.tokenize(request))
    NextCommand.suggest(["score"] + CommandLine.typed.dropFirst() + ["-o", "scores.jsonl"])
  }
}
