import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Damaged files end in an error, or in columns of the right length; never in a trap.
@Suite struct ParquetFuzzTests {
  /// More of them, for a longer run: TARE_FUZZ_ROUNDS=100000.
  static let rounds =
    ProcessInfo.processInfo.environment["TARE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 400

  /// Reads all that can be read of it.
  ///
  /// - Returns: whether it was read.
  private func read(_ bytes: [UInt8]) -> Bool {
    do {
      let reader = try ParquetReader(bytes, maximumBytes: 8 << 20)
      for (_, column) in try reader.columns(threads: 1) {
        #expect(column.count == reader.count)
        // Every value of the first rows and the last can be looked at.
        for row in Set([0, 1, 2, reader.count / 2, reader.count - 1])
        where (0..<reader.count).contains(row) {
          _ = column[row]
        }
      }
      return true
    } catch {
      let isBadData = if case .badData(let place, _, _) = error { !place.isEmpty } else { false }
      #expect(isBadData, "\(error)")
      return false
    }
  }

  @Test(arguments: ParquetFixtures.names)
  func `files that are cut off are errors`(name: String) throws {
    let bytes = try ParquetFixtures.bytes(name)
    for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
      #expect(!read(Array(bytes.prefix(count))))
    }
  }

  @Test(arguments: ParquetFixtures.names)
  func `files with changed bytes never trap`(name: String) throws {
    let bytes = try ParquetFixtures.bytes(name)
    let footer = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    var random = Xoshiro256(seed: UInt64(bytes.count))
    var errors = 0
    for round in 0..<Self.rounds {
      var changed = bytes
      // The footer is where most of the structure is.
      let isFooter = round % 2 == 0
      let start = isFooter ? bytes.count - 8 - footer : 4
      for _ in 0...random.next(below: 4) {
        let place = start + random.next(below: bytes.count - start)
        switch random.next(below: 4) {
        case 0: changed[place] ^= 1 << UInt8(random.next(below: 8))
        case 1: changed[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.next(below: 6)]
        case 2: changed[place] = UInt8(truncatingIfNeeded: random.next())
        default:
          // A run of bytes from elsewhere in the file.
          let from = random.next(below: bytes.count - 8)
          for offset in 0..<min(8, bytes.count - place) {
            changed[place + offset] = bytes[from + offset]
          }
        }
      }
      if !read(changed) { errors += 1 }
    }
    #expect(errors > 0)
  }
}
