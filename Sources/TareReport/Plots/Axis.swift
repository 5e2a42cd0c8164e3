/// One axis of a plot: what it spans, and where its ticks are.
internal import Foundation

package enum AxisScale: Sendable { case linear, log }

struct Axis: Sendable {
  typealias Tick = (value: Double, label: String)

  let range: ClosedRange<Double>
  let scale: AxisScale
  /// Where the range begins and ends on the scale.
  private let low: Double
  private let high: Double

  /// Beyond this, differences of two values may be infinite, and below its inverse, 0.
  private static let most = 1e300

  /// Spans the finite values, and the positive ones alone where the scale is logarithmic; an axis
  /// of one value or none is given some width. Values beyond 1e300 are left out.
  ///
  /// - Parameter margin: share of the span that is added at both ends.
  init(spanning values: some Sequence<Double>, scale: AxisScale = .linear, margin: Double = 0) {
    let usable = values.lazy.filter {
      abs($0) <= Axis.most && (scale == .linear || $0 >= 1 / Axis.most)
    }
    guard let least = usable.min(), let most = usable.max() else {
      self.init(scale == .log ? 1...10 : 0...1, scale)
      return
    }
    let low = Axis.place(least, scale)
    let high = Axis.place(most, scale)
    let widening =
      high - low > 1 / Axis.most
      ? margin * (high - low) : scale == .log ? 0.5 : max(0.5, abs(low) * 0.05)
    self.init(
      Axis.value(low - widening, scale)...Axis.value(high + widening, scale), scale)
  }

  private init(_ range: ClosedRange<Double>, _ scale: AxisScale) {
    self.range = range
    self.scale = scale
    low = Axis.place(range.lowerBound, scale)
    high = Axis.place(range.upperBound, scale)
  }

  /// Where a value lies, 0 at the axis' start and 1 at its end; values beyond it are put at its
  /// ends.
  func position(of value: Double) -> Double {
    if scale == .log, value <= 0 { return 0 }
    return min(1, max(0, (Axis.place(value, scale) - low) / (high - low)))
  }

  /// The value at a position, the inverse of `position(of:)`.
  func value(at position: Double) -> Double {
    return Axis.value(low + position * (high - low), scale)
  }

  private static func place(_ value: Double, _ scale: AxisScale) -> Double {
    scale == .log ? log10(value) : value
  }

  private static func value(_ place: Double, _ scale: AxisScale) -> Double {
    scale == .log ? pow(10, place) : place
  }
}

extension Axis {
  /// Round values within the axis.
  func ticks(atMost count: Int) -> [Tick] {
    if scale == .log {
      for multiples in [[1.0, 2, 5], [1]] {
        let values = decades(multiples)
        if (2...max(2, count)).contains(values.count) {
          return values.map {
            ($0, Axis.label($0, decimals: max(0, -Int(log10($0).rounded(.down)))))
          }
        }
      }
    }
    return linearTicks(atMost: count)
  }

  private func decades(_ multiples: [Double]) -> [Double] {
    let first = Int(log10(range.lowerBound).rounded(.down))
    let last = Int(log10(range.upperBound).rounded(.up))
    return (first...last).flatMap { power in multiples.map { $0 * pow(10, Double(power)) } }
      .filter { range.contains($0) }
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private func linearTicks(atMost count: Int) -> [Tick] {
    let rough = (range.upperBound - range.lowerBound) / Double(max(1, count - 1))
    let power = log10(rough).rounded(.down)
    let step =
      [1, 2, 5, 10].map { $0 * pow(10, power) }.first { $0 >= rough * (1 - 1e-9) } ?? rough
    // A tick may miss the axis' end by rounding alone.
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return [] }
    let decimals = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
    return stride(from: first, through: last, by: 1).map { multiple in
      (multiple * step, Axis.label(multiple * step, decimals: decimals))
    }
  }

  private static func label(_ value: Double, decimals: Int) -> String {
    decimals > 6 || abs(value) >= 1e9 ? value.significant(3) : value.fixed(decimals)
  }
}
