import Foundation
import TareCore
import TareFormats
import Testing

/// Changed and cut files are read or refused, never a crash, an endless loop or all memory.
@Suite struct ArrowDamageTests {
  /// Mutations of each file; more when asked for, for a longer search.
  private static let rounds =
    Int(ProcessInfo.processInfo.environment["TARE_FUZZ_ROUNDS"] ?? "") ?? 1500
  private static let seed =
    UInt64(ProcessInfo.processInfo.environment["TARE_FUZZ_SEED"] ?? "") ?? 1

  private func read(_ bytes: [UInt8]) -> Bool {
    do throws(TareError) {
      let table = try ArrowReader.table(bytes, maximumBytes: 1 << 22)
      // Whatever is read can be looked at, picked from and written.
      for (_, column) in table.columns where table.count > 0 {
        _ = column[0]
        _ = column[table.count - 1]
      }
      if table.count > 0, table.count < 1000 {
        _ = ArrowWriter(table.columns, count: table.count, .stream, compression: .none).bytes
        let picked = table.columns.map { ($0.name, $0.column.selecting([table.count - 1, 0])) }
        _ = ArrowWriter(picked, count: 2, compression: .none).bytes
      }
      return true
    } catch {
      guard case .badData = error else {
        Issue.record("\(error)")
        return false
      }
      return false
    }
  }

  @Test(arguments: ArrowSamples.files)
  func `changed files do no harm`(name: String) throws {
    let sample = try ArrowSamples.bytes(name)
    // Each file has changes of its own.
    let number = name.utf8.reduce(Self.seed) { $0 &* 31 &+ UInt64($1) }
    var random = Xoshiro256(seed: number)
    let extremes: [UInt64] = [
      0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000, 1 << 62,
      UInt64(Int64.max), .max, UInt64(bitPattern: Int64.min), 1 << 40,
    ]
    var readable = 0
    for _ in 0..<Self.rounds {
      var bytes = sample
      for _ in 0...(Int(random.next() % 3)) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        default:
          // A number of some width, as offsets, lengths and counts are.
          let number = extremes[Int(random.next() % UInt64(extremes.count))]
          let width = 1 << Int(random.next() % 4)
          let start = place / width * width
          for offset in 0..<width where start + offset < bytes.count {
            bytes[start + offset] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(offset)))
          }
        }
      }
      if read(bytes) { readable += 1 }
    }
    // Many changes are of padding or of values; if none could be read, nothing was tried but the start.
    #expect(readable > 0)
    #expect(readable < Self.rounds)
  }

  @Test(arguments: ArrowSamples.files)
  func `cut files are refused, or read as far as their last batch`(name: String) throws {
    let sample = try ArrowSamples.bytes(name)
    let whole = try ArrowReader.table(sample).count
    let step = max(1, sample.count / 500)
    for end in stride(from: 0, to: sample.count, by: step) {
      let part = Array(sample[..<end])
      guard let table = try? ArrowReader.table(part) else { continue }
      // A stream may end behind any of its messages.
      #expect(name.hasSuffix(".arrows") && table.count <= whole, "\(end)")
    }
  }
}
