/// The libraries as another package sees them.
import Foundation
import TareTesting
import Testing

@Suite(.serialized) struct SwiftPackageTests {
  private let folder = projectFolder.appending(path: "examples/swift")

  /// Builds examples/swift in a folder of its own beside the project's build, which the next run takes up
  /// again, and runs the line of its README that begins so.
  private func check(_ command: String) throws {
    let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "$ swift run " + command))
    let block = readme[start.lowerBound...].prefix(while: { $0 != "`" })
    let (line, shown) = (block.prefix { $0 != "\n" }, block.drop { $0 != "\n" }.dropFirst())
    let arguments = line.split(separator: " ").dropFirst(3).map(String.init)
    let program = arguments[0]
    func run() throws -> Program.Result {
      try Program.run(
        [
          "swift", "run", "--quiet", "--package-path", folder.path, "--scratch-path",
          projectFolder.appending(path: ".build/examples").path, program,
        ]
          + arguments.dropFirst().map {
            folder.appending(path: $0).standardizedFileURL.path
          }, of: URL(filePath: "/usr/bin/env"))
    }
    var result = try run()
    // Where files were moved since the last build, SwiftPM asks for the old ones once.
    if result.status != 0 { result = try run() }
    #expect(result.status == 0, "\(result.error)")
    if result.output != shown {
      // Processors with other vectors sum in another order: scores of float32 differ in the sixth digit.
      let (found, wanted) = (Self.numbers(result.output), Self.numbers(String(shown)))
      #expect(found.count == wanted.count && !found.isEmpty, "\(result.output)")
      for (found, wanted) in zip(found, wanted) {
        #expect(abs(found - wanted) <= 2e-5 * max(1, abs(wanted)))
      }
    }
  }

  /// Of a text that has a number in each line; empty for any other.
  private static func numbers(_ text: String) -> [Double] {
    let lines = text.split(separator: "\n")
    let numbers = lines.compactMap { Double($0) }
    return numbers.count == lines.count ? numbers : []
  }

  @Test func `a package outside prints with the libraries what its README shows`() throws {
    try check("lengths")
  }

  @Test(.enabled(if: DemoModel.isThere, "needs `make model`"))
  func `a package outside scores as the command line does`() throws { try check("reward") }
}

private enum DemoModel {
  static var isThere: Bool {
    FileManager.default.fileExists(
      atPath: projectFolder.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf").path)
  }
}
