/// Headless Chromium through its driver's WebDriver protocol (W3C), for tests of pages.
import Foundation
import TareCore
import TareHTTP
import TareTesting

final class Browser: Sendable {
  private let driver: Process
  private let session: String
  /// Where downloads go.
  let downloads: TemporaryFolder

  /// Whether there is a browser. Where CI runs there must be one.
  static let isInstalled =
    ProcessInfo.processInfo.environment["CI"] != nil
    || FileManager.default.isExecutableFile(atPath: driverPath)
  private static let driverPath = "/usr/bin/chromedriver"

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A window of this size. What goes through the network and to the console is kept.
  static func open(width: Int, height: Int = 900) async throws -> Browser {
    let downloads = try TemporaryFolder()
    let log = try downloads.file("driver.log", Data())
    let driver = Process()
    driver.executableURL = URL(filePath: driverPath)
    driver.arguments = ["--port=0"]
    driver.standardOutput = FileHandle(forWritingAtPath: log)
    driver.standardError = FileHandle.nullDevice
    try driver.run()
    var port: Int?
    // Two minutes: it starts beside all other tests.
    for _ in 0..<2_400 where port == nil {
      try await Task.sleep(for: .milliseconds(50))
      port = try String(contentsOfFile: log, encoding: .utf8)
        .firstMatch(of: /successfully on port (\d+)/).flatMap { Int($0.1) }
    }
    guard let port else {
      kill(driver.processIdentifier, SIGKILL)
      throw Failure(description: "\(driverPath) does not start")
    }
    let address = "http://127.0.0.1:\(port)/session"
    let reply: JSONValue
    do {
      reply = try await send("POST", address, options(width, height, downloads))
    } catch {
      kill(driver.processIdentifier, SIGKILL)
      throw error
    }
    return Browser(
      driver: driver, session: "\(address)/\(reply["sessionId"]?.string ?? "")",
      downloads: downloads)
  }

  private init(driver: Process, session: String, downloads: TemporaryFolder) {
    self.driver = driver
    self.session = session
    self.downloads = downloads
  }

  private static func options(
    _ width: Int, _ height: Int, _ downloads: TemporaryFolder
  ) -> JSONValue {
    [
      "capabilities": [
        "alwaysMatch": [
          "goog:loggingPrefs": ["browser": "ALL", "performance": "ALL"],
          "goog:chromeOptions": [
            // Containers run tests as root, where the sandbox does not start.
            "args": [
              "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
              "--force-prefers-reduced-motion",
              .string("--window-size=\(width),\(height)"),
            ],
            "prefs": [
              "download.default_directory": .string(downloads.url.path),
              "download.prompt_for_download": false,
            ],
          ],
        ]
      ]
    ]
  }

  func close() async {
    _ = try? await Self.send("DELETE", session, nil)
    // It takes no SIGTERM where its parent blocks that.
    kill(driver.processIdentifier, SIGKILL)
  }

  func go(to url: URL) async throws {
    _ = try await Self.send("POST", session + "/url", ["url": .string(url.absoluteString)])
  }

  /// The value of a function's body in the page.
  func run(_ script: String) async throws -> JSONValue {
    try await Self.send(
      "POST", session + "/execute/sync", ["script": .string(script), "args": []])
  }

  /// Clicks as a user does: the element is scrolled to, and nothing may lie above it.
  func click(_ selector: String) async throws {
    _ = try await Self.send("POST", element(selector) + "/click", [:])
  }

  func type(_ text: String, into selector: String) async throws {
    _ = try await Self.send("POST", element(selector) + "/value", ["text": .string(text)])
  }

  func point(at selector: String) async throws {
    let id = try await element(selector).split(separator: "/").last.map(String.init) ?? ""
    _ = try await Self.send(
      "POST", session + "/actions",
      [
        "actions": [
          [
            "type": "pointer", "id": "mouse",
            "actions": [
              [
                "type": "pointerMove", "x": 0, "y": 0, "duration": 50,
                "origin": ["element-6066-11e4-a52e-4f735466cecf": .string(id)],
              ]
            ],
          ]
        ]
      ])
  }

  /// What was logged since the last call: "browser" is the console, "performance" the network.
  func log(_ kind: String) async throws -> [JSONValue] {
    try await Self.send("POST", session + "/se/log", ["type": .string(kind)]).array ?? []
  }

  private func element(_ selector: String) async throws -> String {
    let found = try await Self.send(
      "POST", session + "/element", ["using": "css selector", "value": .string(selector)])
    guard let id = found.object?.members.first?.value.string else {
      throw Failure(description: "\(selector): \(found.text())")
    }
    return "\(session)/element/\(id)"
  }

  private static func send(
    _ method: String, _ address: String, _ body: JSONValue?
  ) async throws -> JSONValue {
    var request = HTTPRequest(address)
    request.method = method
    request.headers.add("Content-Type", "application/json")
    request.body = body.map { Array($0.text().utf8) }
    request.timeout = .seconds(30)
    let response = try await HTTPClient.send(request)
    let reply = try JSONValue(parsing: await response.body.collect(upTo: 64 << 20))
    guard let value = reply["value"] else { throw Failure(description: reply.text()) }
    if let error = value["error"]?.string {
      throw Failure(
        description: "\(method) \(address): \(error): \(value["message"]?.string ?? "")")
    }
    return value
  }
}
