/// Sizes of memory as a user writes them.
import TareCore
import Testing

@Suite struct MemorySizeTests {
  @Test(arguments: [
    ("0", MemorySize.bytes(0)), ("2GB", .bytes(2_000_000_000)), ("512MiB", .bytes(536_870_912)),
    ("1.5 kib", .bytes(1536)), ("100B", .bytes(100)), ("15%", .part(0.15)), ("0%", .part(0)),
    (" 90 % ", .part(0.9)),
  ])
  func `sizes are read`(text: String, size: MemorySize) throws {
    #expect(try MemorySize(parsing: text) == size)
  }

  @Test(arguments: [
    "", "2", "-1GB", "91%", "-5%", "GB", "1e9", "1 parsec", "99999999999TB", "nan%",
  ])
  func `anything else is refused`(text: String) {
    let error = #expect(throws: TareError.self) { try MemorySize(parsing: text) }
    #expect(error?.exitCode == 64)
  }

  @Test func `a part is one of what the process may use`() throws {
    #expect(MemorySize.part(0.5).bytes == Int(Double(MemorySize.whole) / 2))
    #expect(MemorySize.whole > 1 << 26)
  }
}
