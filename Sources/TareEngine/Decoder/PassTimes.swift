/// Where the time of forward passes goes.
internal import Foundation

/// Seconds that threads spent, added up over the threads.
package struct PassTimes: Sendable {
  /// Matrix products with weights.
  package var products = 0.0
  package var attention = 0.0

  package init(products: Double = 0, attention: Double = 0) {
    self.products = products
    self.attention = attention
  }

  static func += (total: inout PassTimes, more: PassTimes) {
    total.products += more.products
    total.attention += more.attention
  }

  package static func - (end: PassTimes, start: PassTimes) -> PassTimes {
    PassTimes(
      products: end.products - start.products, attention: end.attention - start.attention)
  }
}

/// A worker's own clock.
///
/// `@unchecked Sendable`: one thread at a time has it.
final class PassClock: @unchecked Sendable {
  private(set) var times = PassTimes()

  func product(_ work: () -> Void) { times.products += seconds(work) }
  func attention(_ work: () -> Void) { times.attention += seconds(work) }

  private func seconds(_ work: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    work()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }
}
