/// Small files that grow without end when they are decompressed.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct GrowthLimitTests {
  /// 512 MB of zeros: one gzip member of 64 MB, eight times over.
  private func bomb() throws -> Data {
    let member = try Gzip.deflated(Data(count: 64 << 20))
    return (0..<8).reduce(into: Data()) { data, _ in data += member }
  }

  @Test func `bytes that grow a thousandfold are refused before they fill the memory`() throws {
    let data = try bomb()
    let error = #expect(throws: TareError.self) { try Gzip.inflated(data) }
    #expect(error?.description.contains("grow at most 250 times") == true, "\(error as Any)")
    let folder = try TemporaryFolder()
    let path = try folder.file("bomb.csv.gz", data)
    let stream = #expect(throws: TareError.self) { try ByteStream(path).rest() }
    #expect(stream?.exitCode == 65)
    #expect(stream?.description.contains(path) == true)
  }

  @Test func `content of a moderate size may grow as it likes`() throws {
    #expect(try Gzip.inflated(Gzip.deflated(Data(count: 64 << 20))).count == 64 << 20)
  }
}
