/// What of the documentation the program prints itself.
import Foundation
import TareTesting
import Testing

@Suite(.enabled(if: Python.isAvailable, "needs python3"))
struct DocumentationTests {
  /// The command reference, the demo's output, and the members of what is printed with --json.
  @Test func `documentation is what the program prints`() throws {
    let script = projectFolder.appending(path: "docs/generate.py").path
    let result = try Program.run(
      ["python3", script, Program.executable.path, "--check"], of: URL(filePath: "/usr/bin/env"))
    #expect(result.status == 0, "\(result.output)\(result.error)")
  }
}
