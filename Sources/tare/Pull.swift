/// `tare pull`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Pull: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Download a model from a Hugging Face compatible hub.",
    discussion: """
      Examples:
        tare pull Qwen/Qwen3-0.6B
        tare pull ORG/NAME --revision refs/pr/1
        tare pull ORG/NAME --include '*Q4_K_M.gguf'
        tare pull ORG/NAME --verify --json

      Prints the folder with the model's files; afterwards the model is available as --model \
      ORG/NAME. Without --include, the files that scoring needs are downloaded: safetensors, \
      configuration, tokenizer and chat templates. Sizes and hashes of what is downloaded are \
      verified; --verify reads files that are already present, too. To resume an interrupted \
      download, run the same command again.

      HF_ENDPOINT sets the hub, HF_TOKEN the token for gated and private models (otherwise the \
      file named by HF_TOKEN_PATH, or HF_HOME/token), HF_HUB_CACHE or HF_HOME the cache, which is \
      shared with Python's tools. With HF_HUB_OFFLINE=1 nothing is downloaded.
      """)

  @Argument(help: "The model's id on the hub: ORG/NAME.")
  var model: String

  @Option(help: "Branch, tag or commit (default: main).")
  var revision: String?

  @Option(
    help: "Download files whose names match, instead of those that scoring needs; repeatable.")
  var include: [String] = []

  @Option(help: "Skip files whose names match; repeatable.")
  var exclude: [String] = []

  @Option(help: "Number of concurrent downloads.")
  var jobs = 4

  @Flag(
    help: "Read files that are already present, too, and download those with wrong bytes again.")
  var verify = false

  @Flag(help: "Print the files as JSON, with the SHA-256 of those that were read.")
  var json = false

  func run() async throws {
    var request = PullRequest(model: model)
    request.revision = revision
    request.includes = include
    request.excludes = exclude
    request.jobs = jobs
    request.verifies = verify
    let outcome = try await Pipeline(observer: Terminal.observer()).pull(request) { progress in
      Terminal.show(progress)
    }
    try Terminal.tell(outcome.text, onStandardOutput: false)
    if json {
      try Output.print(outcome.json)
    } else {
      try Terminal.tell(outcome.path, onStandardOutput: true)
      NextCommand.suggest(["inspect", model])
    }
  }
}
