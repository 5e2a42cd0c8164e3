/// `tare serve` from outside: it starts, answers, and ends at a signal.
import Foundation
import FoundationNetworking
import TareCore
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServeTests {
  private let workshop: Workshop

  init() throws { workshop = try Workshop(pairs: 0) }

  private func arguments(port: String) -> [String] {
    [
      "serve", "--model", workshop.model, "--head", workshop.head, "--threads", "1", "--port", port,
    ]
  }

  /// A running server and its address, as it says it on standard error.
  private func start(_ more: [String] = []) async throws -> (server: Process, url: String) {
    let said = try workshop.folder.file(UUID().uuidString, Data())
    let server = try Program.start(
      arguments(port: "0") + more, error: FileHandle(forWritingAtPath: said))
    var line = ""
    while !line.hasSuffix("\n"), server.isRunning {
      try await Task.sleep(for: .milliseconds(10))
      line = try String(contentsOfFile: said, encoding: .utf8)
    }
    let url = try #require(line.firstMatch(of: /http:[^\n]*/)?.output, "it said: \(line)")
    #expect(line == "tare: serving tiny.gguf on \(url)\n")
    return (server, String(url))
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `it says where it listens, answers, and ends well at a signal`(
    signal: Int32
  ) async throws {
    let (server, url) = try await start()
    defer { server.terminate() }
    var request = URLRequest(url: try #require(URL(string: url + "/get_reward")))
    request.httpMethod = "POST"
    request.httpBody = Data(#"{"query": ["one", "two", "one"]}"#.utf8)
    let (data, response) = try await URLSession.shared.data(for: request)
    #expect((response as? HTTPURLResponse)?.statusCode == 200)
    let rewards = try #require(try JSONValue(parsing: data)["rewards"]?.array)
    #expect(rewards.count == 3)
    #expect(rewards[0] == rewards[2])
    #expect(rewards[0] != rewards[1])
    kill(server.processIdentifier, signal)
    server.waitUntilExit()
    #expect(server.terminationReason == .exit)
    #expect(server.terminationStatus == 0)
  }

  @Test func `a port that is taken is named`() async throws {
    let (server, url) = try await start()
    defer { server.terminate() }
    let port = try #require(url.split(separator: ":").last.map(String.init))
    let second = try Program.run(arguments(port: port))
    #expect(second.status == 64)
    #expect(
      second.error == "tare: cannot listen on 127.0.0.1, port \(port): Address already in use\n")
  }

  @Test func `a model without a head is told so`() throws {
    let result = try Program.run(["serve", "--model", workshop.model])
    #expect(result.status == 64)
    #expect(result.error.contains("give one with --head FILE"))
  }

  @Test func `a text that is too long is refused, and cut only where that was asked for`()
    async throws
  {
    func answer(_ more: String...) async throws -> (status: Int?, body: String) {
      let (server, url) = try await start(more)
      defer { server.terminate() }
      var request = URLRequest(url: try #require(URL(string: url + "/get_reward")))
      request.httpMethod = "POST"
      request.httpBody = Data(#"{"query": ["one", "far too long"]}"#.utf8)
      let (data, response) = try await URLSession.shared.data(for: request)
      return ((response as? HTTPURLResponse)?.statusCode, String(decoding: data, as: UTF8.self))
    }
    let refused = try await answer("--max-tokens", "5")
    #expect(refused.status == 400)
    #expect(
      refused.body.contains(
        "text 1, text: expected at most 5 tokens, or truncation, found 12 tokens"))
    let cut = try await answer("--max-tokens", "5", "--truncate", "left")
    #expect(cut.status == 200)
  }

  /// A shortened run of what was run for 20 minutes (results/speed/hostile-smollm2-135m-xeon.json).
  @Test(.timeLimit(.minutes(2)))
  func `hostile clients get refusals, valid ones the same bits, and memory stays`() throws {
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = [
      "python3", projectFolder.appending(path: "Benchmarks/hostile.py").path, "--seconds", "20",
      "--sample", "0.2", "--threads", "1", "--tare", Program.executable.path, "--model",
      workshop.model, "--head", workshop.head,
    ]
    let report = try workshop.folder.file("report", Data())
    python.standardOutput = FileHandle(forWritingAtPath: report)
    python.standardError = FileHandle(forWritingAtPath: report)
    try python.run()
    python.waitUntilExit()
    let text = try String(contentsOfFile: report, encoding: .utf8)
    #expect(python.terminationStatus == 0, "\(text)")
  }
}
