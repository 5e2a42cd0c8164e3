/// How far compressed bytes may grow, so that a small file cannot fill the memory.
internal import TareCore

/// Real tables grow some tenfold, tables of few distinct rows a hundredfold; gzip can grow a
/// thousandfold, zstd without bound.
struct GrowthLimit {
  /// Content that is not looked at.
  private static let free = 16 << 20
  private static let mostGrowth = 250

  private var read = 0
  private var written = 0

  /// - Throws: `TareError.badData` for content that is too large for what it was made of.
  mutating func add(read: Int, written: Int) throws(TareError) {
    self.read += read
    self.written += written
    guard self.written > Self.free, self.written / Self.mostGrowth > self.read else { return }
    throw .badData(
      place: "",
      found: "\(self.read.bytesText) that grow to \(self.written.bytesText) and more",
      accepted: "compressed data that grow at most \(Self.mostGrowth) times (decompress the file "
        + "if this is right)")
  }
}
