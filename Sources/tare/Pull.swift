/// `tare pull`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Pull: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings a model from a Hugging Face compatible hub.",
    discussion: """
      Examples:
        tare pull Qwen/Qwen3-0.6B
        tare pull ORG/NAME --revision refs/pr/1
        tare pull ORG/NAME --include '*Q4_K_M.gguf'

      Prints the folder with the model's files; afterwards --model ORG/NAME names it. Without \
      --include the files that scoring needs are fetched: safetensors, configuration, tokenizer \
      and chat templates. Sizes and hashes are checked, and a pull that was stopped goes on with \
      the same command.

      HF_ENDPOINT names another hub, HF_TOKEN the token for gated and private models (else the \
      file that HF_TOKEN_PATH names, else HF_HOME/token), HF_HUB_CACHE or HF_HOME the cache, which \
      Python's tools share. With HF_HUB_OFFLINE=1 nothing is fetched.
      """)

  @Argument(help: "The model's id on the hub: ORG/NAME.")
  var model: String

  @Option(help: "Branch, tag or commit (default: main).")
  var revision: String?

  @Option(help: "Fetch files whose names match, instead of those that scoring needs; repeatable.")
  var include: [String] = []

  @Option(help: "Leave out files whose names match; repeatable.")
  var exclude: [String] = []

  @Option(help: "Files that are fetched at the same time.")
  var jobs = 4

  @Flag(help: "Print the files and their SHA-256 as JSON.")
  var json = false

  func run() async throws {
    var request = PullRequest(model: model)
    request.revision = revision
    request.includes = include
    request.excludes = exclude
    request.jobs = jobs
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
