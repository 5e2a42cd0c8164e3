/// Finding a model that was pulled before.
import Foundation
import TareCore
import TareHub
import TareTesting
import Testing

@Suite struct HubCacheTests {
  private static let commit = String(repeating: "5", count: 40)
  private let folder: TemporaryFolder
  private var cache: HubCache { HubCache(folder: folder.url) }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ path: String, _ text: String = "{}") throws {
    let url = folder.url.appending(path: "models--org--name/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func error(_ id: String, revision: String? = nil) throws -> TareError {
    try #require(
      #expect(throws: TareError.self) { try cache.snapshot(of: id, revision: revision) })
  }

  @Test func `a model is found by branch, tag, pull request and commit`() throws {
    try write("snapshots/\(Self.commit)/config.json")
    for revision in ["main", "v1.0", "refs/pr/1"] {
      try write("refs/\(revision)", Self.commit)
      #expect(
        try cache.snapshot(of: "org/name", revision: revision).path
          == folder.path("models--org--name/snapshots/\(Self.commit)"))
    }
    #expect(
      try cache.snapshot(of: "org/name") == cache.snapshot(of: "org/name", revision: Self.commit))
  }

  @Test func `a .gguf file makes a model, too`() throws {
    try write("refs/main", Self.commit)
    try write("snapshots/\(Self.commit)/m.Q4_0.gguf")
    #expect(try cache.snapshot(of: "org/name").lastPathComponent == Self.commit)
  }

  @Test func `what is not there is told with the command that brings it`() throws {
    let missing = try error("org/name")
    #expect(missing.exitCode == 64)
    #expect(missing.description.hasSuffix("`tare pull org/name`"))
    #expect(
      try error("org/name", revision: "v1").description
        .hasSuffix("`tare pull org/name --revision v1`"))
    #expect(try error("org/name", revision: Self.commit).exitCode == 64)
    try write("refs/main", Self.commit)
    #expect(try error("org/name").exitCode == 64)
    try write("snapshots/\(Self.commit)/README.md")
    #expect(try error("org/name").exitCode == 65)
  }

  @Test func `a link without its blob is not a file`() throws {
    try write("refs/main", Self.commit)
    try write("snapshots/\(Self.commit)/tokenizer.json")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("models--org--name/snapshots/\(Self.commit)/config.json"),
      withDestinationPath: "../../blobs/0")
    #expect(try error("org/name").exitCode == 65)
  }

  @Test func `neither id nor revision nor ref leads out of the cache`() throws {
    #expect(try error("../name").exitCode == 64)
    #expect(try error("org/name", revision: "../../x").exitCode == 64)
    try write("refs/main", "../../elsewhere")
    #expect(try error("org/name").exitCode == 64)
  }
}
