/// `tare serve`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline
internal import TareServer

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers rewards over HTTP, for RLHF training.",
    discussion: """
      Example: tare serve --model model.gguf --head head.safetensors --port 5000

      Speaks: \(WireProtocols.registry.help.map(\.summary).joined(separator: "; ")). Rewards are \
      raw. GET /health, /ready and /v1/models tell how it is. SIGTERM and Ctrl-C end it when the \
      requests it has are answered.
      """)

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var head: HeadArguments

  @Option(help: "Address to listen on; 0.0.0.0 for all, which any machine may then use.")
  var host = ServerOptions().host

  @Option(help: "Port to listen on; 0 for any free one.")
  var port = ServerOptions().port

  func validate() throws {
    guard (0...65535).contains(port) else {
      throw ValidationError("--port \(port); accepted: 0 to 65535")
    }
  }

  func run() async throws {
    var options = ServerOptions()
    options.host = host
    options.port = port
    var settings = scoring.settings
    try head.apply(to: &settings)
    let service = try RewardService(settings)
    if options.isOpen {
      Terminal.complain("warning: \(host) is open to the network: whoever reaches it may use it")
    }
    try await serve(service, options) { address in
      Terminal.complain("serving \(service.model.name) on \(address)")
    }
  }
}
