/// The options of every command that runs a model.
internal import ArgumentParser
internal import TarePipeline

struct ScoringArguments: ParsableArguments {
  @Option(help: "The model: a .gguf file.")
  var model: String

  @Option(help: "Token that is read: hf (last that is not padding), last, token:ID.")
  var read: String?

  @Option(help: "Beginning-of-sequence token: auto, keep, strip or add.")
  var bos = "auto"

  @Option(help: "Longest text in tokens (default: the model's context).")
  var maxTokens: Int?

  @Option(help: "What is cut off a longer text: left, right, or error.")
  var truncate = "left"

  @Option(help: "Date that templates print, YYYY-MM-DD (default: when the run was made).")
  var date: String?

  @Option(help: "System message for conversations that have none.")
  var system: String?

  @Option(help: "Threads (default: one for each core).")
  var threads: Int?

  var settings: ScoringSettings {
    var settings = ScoringSettings(model: model)
    settings.read = read
    settings.bos = bos
    settings.maxTokens = maxTokens
    settings.truncate = truncate
    settings.date = date
    settings.system = system
    if let threads { settings.threads = threads }
    return settings
  }
}
