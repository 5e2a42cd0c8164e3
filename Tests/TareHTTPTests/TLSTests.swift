/// Servers whose certificate nobody vouches for.
import Foundation
import TareHTTP
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
  private static let openssl = URL(filePath: "/usr/bin/openssl")

  @Test(.enabled(if: exists(openssl)))
  func `a certificate that nobody vouches for is refused, whoever it names`() async throws {
    let folder = try TemporaryFolder()
    let (key, certificate) = (folder.path("key.pem"), folder.path("certificate.pem"))
    let made = try Program.run(
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
      ], of: Self.openssl)
    try #require(made.status == 0, "\(made.error)")
    let log = try folder.file("log", Data())
    let server = try Program.start(
      ["s_server", "-cert", certificate, "-key", key, "-accept", "127.0.0.1:0", "-www"],
      output: FileHandle(forWritingAtPath: log), of: Self.openssl)
    defer { kill(server.processIdentifier, SIGKILL) }
    var port: Int?
    while port == nil, server.isRunning {
      try await Task.sleep(for: .milliseconds(20))
      port = try String(contentsOfFile: log, encoding: .utf8)
        .firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/).flatMap { Int($0.1) }
    }
    let address = try "https://127.0.0.1:\(#require(port))/"
    let failure = try #require(
      await #expect(throws: HTTPFailure.self) {
        try await HTTPClient.send(HTTPRequest(address))
      })
    guard case .failed(let words) = failure else {
      Issue.record("\(failure)")
      return
    }
    #expect(words.contains("certificate"), "\(words)")
  }
}
