/// Parquet's DELTA_BINARY_PACKED encoding of integers.
internal import TareCore

struct DeltaReader {
  private let bytes: ParquetBytes
  private(set) var position = 0

  init(_ bytes: ParquetBytes) { self.bytes = bytes }

  /// Reads as many values as there is room for, which must be all that are there.
  ///
  /// Sums wrap around at 64 bits, as the encoding has it.
  mutating func read(into out: UnsafeMutableBufferPointer<Int64>) throws(TareError) {
    let blockSize = try number(most: 1 << 24)
    let blockParts = try number(most: 1 << 16)
    let total = try bytes.varint(&position)
    var value = try bytes.zigzag(&position)
    guard total == UInt64(out.count) else {
      throw .parquet("\(total) packed values, and \(out.count) by their page")
    }
    guard blockParts > 0, blockSize > 0, blockSize % blockParts == 0,
      blockSize / blockParts % 8 == 0
    else { throw .parquet("blocks of \(blockSize) values in \(blockParts) parts") }
    guard !out.isEmpty else { return }
    let partSize = blockSize / blockParts
    out[0] = value
    var done = 1
    var deltas = [UInt64](repeating: 0, count: min(partSize, out.count))
    while done < out.count {
      let least = try bytes.zigzag(&position)
      let widths = try bytes.slice(position, blockParts)
      position += blockParts
      for part in 0..<blockParts where done < out.count {
        let width = Int(try widths.byte(part))
        guard width <= 64 else { throw .parquet("values of \(width) bits") }
        let run = min(partSize, out.count - done)
        guard width > 0 else {
          for index in done..<done + run {
            value &+= least
            out[index] = value
          }
          done += run
          continue
        }
        let packed = try bytes.from(position)
        guard (run * width + 7) / 8 <= packed.count else { throw .parquetEnd }
        deltas.withUnsafeMutableBufferPointer { deltas in
          PackedBits(packed, width: width).read(
            into: UnsafeMutableBufferPointer(rebasing: deltas[..<run]))
          for index in 0..<run {
            value &+= least &+ Int64(bitPattern: deltas[index])
            out[done + index] = value
          }
        }
        // The last part need not be whole.
        position += min(partSize * width / 8, packed.count)
        done += run
      }
    }
  }

  private mutating func number(most: Int) throws(TareError) -> Int {
    let value = try bytes.varint(&position)
    guard value <= UInt64(most) else { throw .parquet("blocks of \(value)") }
    return Int(value)
  }
}
