/// `tare inspect`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what a model is, how its reward is read, and what is suspicious about it.",
    discussion: """
      Example: tare inspect Skywork/Skywork-Reward-V2-Qwen3-0.6B

      Family, sizes, memory, reward head, read rule, chat template and BOS policy. Tensors are \
      checked by loading them, unless they would fill more than half of the memory. The exit code \
      is 65 where something makes scoring impossible, else 0.
      """)

  @Argument(
    help: "The model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.")
  var model: String

  @Option(help: "The base model, where MODEL is a PEFT adapter that does not name it by a folder.")
  var base: String?

  @Option(help: "Chat template: a file, or the name of one of the model's own.")
  var template: String?

  @Flag(help: "Print facts and findings as JSON.")
  var json = false

  func run() throws {
    var request = InspectRequest(model: model)
    request.base = base
    request.template = template
    let outcome = try Pipeline().inspect(request)
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(outcome.text, onStandardOutput: true)
    }
    // As for bad data anywhere; the findings have said what is wrong.
    if outcome.hasErrors { throw ExitCode(65) }
  }
}
