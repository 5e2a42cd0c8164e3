/// The libraries as another package sees them.
import Foundation
import TareTesting
import Testing

struct SwiftPackageTests {
  /// Builds examples/swift in a folder of its own beside the project's build, which the next run takes up
  /// again, without the model's program, whose dependencies take long.
  @Test func `a package outside prints with the libraries what its README shows`() throws {
    let folder = projectFolder.appending(path: "examples/swift")
    let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    let blocks = readme.components(separatedBy: "```")
    let shown = try #require(blocks.first { $0.contains("$ swift run lengths\n") })
    let result = try Program.run(
      [
        "swift", "run", "--quiet", "--package-path", folder.path, "--scratch-path",
        projectFolder.appending(path: ".build/examples").path, "lengths",
      ], of: URL(filePath: "/usr/bin/env"))
    #expect(result.status == 0, "\(result.error)")
    let output = try #require(shown.components(separatedBy: "$ swift run lengths\n").last)
    #expect(result.output == output)
  }
}
