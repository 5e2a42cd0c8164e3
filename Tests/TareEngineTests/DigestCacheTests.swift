/// Digests that are remembered, and the changes that make them forgotten.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct DigestCacheTests {
  private let folder: TemporaryFolder
  private var cache: DigestCache

  init() throws {
    folder = try TemporaryFolder()
    cache = DigestCache(folder: folder.url.appending(path: "digests"))
    cache.leastBytes = 4
    cache.settling = -1
  }

  private func entries() -> [URL] {
    (try? FileManager.default.contentsOfDirectory(
      at: cache.folder, includingPropertiesForKeys: nil)) ?? []
  }

  @Test func `a known digest is not computed again`() throws {
    let url = URL(filePath: try folder.file("weights", Data("some bytes".utf8)))
    let wanted = Digest(of: "some bytes")
    #expect(try cache.digest(of: MappedFile(url)) == wanted)
    let entry = try #require(entries().first)
    // Another digest in the entry shows that the entry is what is read.
    let text = try String(contentsOf: entry, encoding: .utf8)
    let other = Digest(of: "other bytes")
    try Data(text.replacing("\(wanted)", with: "\(other)").utf8).write(to: entry)
    #expect(try cache.digest(of: MappedFile(url)) == other)
    // What is damaged counts as nothing.
    for damaged in ["", "x", text.replacing("\(wanted)", with: "12"), String(text.dropLast())] {
      try Data(damaged.utf8).write(to: entry)
      #expect(try cache.digest(of: MappedFile(url)) == wanted)
    }
    #expect(entries().count == 1)
  }

  @Test func `a file that was written to, or replaced by one of the same size and time, is hashed`()
    throws
  {
    let url = URL(filePath: try folder.file("weights", Data("some bytes".utf8)))
    _ = try cache.digest(of: MappedFile(url))
    let time = try #require(
      FileManager.default.attributesOfItem(atPath: url.path)[.modificationDate] as? Date)
    func setTime(_ url: URL) throws {
      try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: url.path)
    }
    // Written to in place, its time set back.
    let handle = try FileHandle(forWritingTo: url)
    try handle.write(contentsOf: Data("SOME".utf8))
    try handle.close()
    try setTime(url)
    #expect(try cache.digest(of: MappedFile(url)) == Digest(of: "SOME bytes"))
    // Another file in its place.
    let other = URL(filePath: try folder.file("other", Data("more bytes".utf8)))
    try setTime(other)
    try FileManager.default.removeItem(at: url)
    try FileManager.default.moveItem(at: other, to: url)
    #expect(try cache.digest(of: MappedFile(url)) == Digest(of: "more bytes"))
  }

  @Test func `a file that has just been changed, or is small, is not remembered`() throws {
    var cache = cache
    let url = URL(filePath: try folder.file("weights", Data("some bytes".utf8)))
    cache.settling = 3600
    #expect(try cache.digest(of: MappedFile(url)) == Digest(of: "some bytes"))
    cache.settling = -1
    cache.leastBytes = 11
    #expect(try cache.digest(of: MappedFile(url)) == Digest(of: "some bytes"))
    #expect(entries().isEmpty)
  }

  @Test func `the user's cache is where caches are, unless it is switched off`() {
    let home = ["HOME": "/home/someone"]
    #expect(
      DigestCache(environment: home)?.folder.path == "/home/someone/.cache/tare/digests")
    #expect(
      DigestCache(environment: home.merging(["XDG_CACHE_HOME": "/cache"]) { $1 })?.folder.path
        == "/cache/tare/digests")
    #expect(DigestCache(environment: home.merging(["TARE_DIGEST_CACHE": "off"]) { $1 }) == nil)
    #expect(DigestCache(environment: ["XDG_CACHE_HOME": "relative"]) == nil)
  }

  @Test func `a folder that cannot be written to costs the entry alone`() throws {
    let url = URL(filePath: try folder.file("weights", Data("some bytes".utf8)))
    let file = URL(filePath: try folder.file("taken", Data("x".utf8)))
    var other = DigestCache(folder: file.appending(path: "digests"))
    other.leastBytes = 1
    other.settling = -1
    #expect(try other.digest(of: MappedFile(url)) == Digest(of: "some bytes"))
  }
}
