/// The memory that decoding one file may take.
internal import Foundation
internal import TareCore

/// Counts what is decoded against a limit: a few bytes of a file can stand for billions of values.
final class ArrowBudget {
  let maximumBytes: Int
  private(set) var used = 0

  init(maximumBytes: Int) { self.maximumBytes = min(max(0, maximumBytes), 1 << 60) }

  var left: Int { maximumBytes - used }

  /// Takes `count` values of `size` bytes each, before they are allocated.
  func take(_ count: Int, _ size: Int = 1) throws(TareError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    guard bytes >= 0, !overflow, bytes <= left else {
      throw .badData(
        place: "", found: "decoded values of more than \(maximumBytes) bytes",
        accepted: "at most \(maximumBytes) bytes")
    }
    used += bytes
  }

  func giveBack(_ bytes: Int) { used -= bytes }
}
