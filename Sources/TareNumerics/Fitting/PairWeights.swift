/// How much each pair counts in a fit.

/// Weights, of which those of one fold may be left out without a copy.
package struct PairWeights {
  private let values: [Double]
  private var folds: [Int32] = []
  private var left: Int32 = 0

  package init(_ values: [Double]) { self.values = values }

  /// - Parameter folds: the fold of each pair, [pair].
  package func without(_ fold: Int, of folds: [Int32]) -> PairWeights {
    var weights = self
    (weights.folds, weights.left) = (folds, Int32(fold))
    return weights
  }

  var count: Int { values.count }

  package subscript(pair: Int) -> Double {
    !folds.isEmpty && folds[pair] == left ? 0 : values[pair]
  }

  /// Those of eight pairs from one on; 0 beyond the last.
  @inline(__always)
  package func eight(from pair: Int) -> SIMD8<Double> {
    let weights = values.span.eight(from: pair)
    guard !folds.isEmpty else { return weights }
    let folds = SIMD8<Int64>(truncatingIfNeeded: folds.span.eight(from: pair))
    return weights.replacing(with: 0, where: folds .== Int64(left))
  }
}

extension Span where Element: SIMDScalar & BitwiseCopyable, Element.SIMD8Storage: BitwiseCopyable {
  /// Eight from a place on; those beyond the end are 0.
  @inline(__always)
  func eight(from place: Int) -> SIMD8<Element> {
    if place + 8 <= count {
      return bytes.unsafeLoadUnaligned(
        fromByteOffset: place * MemoryLayout<Element>.stride, as: SIMD8<Element>.self)
    }
    var numbers = SIMD8<Element>()
    for lane in 0..<count - place { numbers[lane] = self[place + lane] }
    return numbers
  }
}
