/// The memory that decoding one file may take.
internal import Synchronization
internal import TareCore

/// Counts what is decoded, on all threads together, against a limit: a few bytes of a file can
/// stand for
/// billions of values.
final class ParquetBudget: Sendable {
  let maximumBytes: Int
  private let used = Atomic<Int>(0)

  init(maximumBytes: Int) { self.maximumBytes = max(0, maximumBytes) }

  /// Takes `count` values of `size` bytes each, before they are allocated.
  func take(_ count: Int, _ size: Int = 1) throws(TareError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    guard count >= 0, !overflow, bytes <= maximumBytes else { throw error(overflow ? nil : bytes) }
    // Neither side is above the limit of one file's bytes, and a limit above 2^62 is cut there.
    let total = used.wrappingAdd(bytes, ordering: .relaxed).newValue
    guard total >= 0, total <= maximumBytes else { throw error(total) }
  }

  /// Something that is let go again at once.
  func check(_ bytes: Int) throws(TareError) {
    guard bytes >= 0, bytes <= maximumBytes else { throw error(bytes) }
  }

  private func error(_ bytes: Int?) -> TareError {
    .badData(
      place: "", found: "\(bytes.map(String.init) ?? "too many") bytes of decoded values",
      accepted: "at most \(maximumBytes) bytes")
  }
}
