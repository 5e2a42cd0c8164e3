/// A symmetric matrix brought to a form in which shifted systems are cheap.

/// K = Q T Qᵀ with T tridiagonal, by Householder's reflections (Golub and Van Loan, 8.3.1).
///
/// It costs 4/3 n³ operations once; then each (T + λI)⁻¹ x and each tr (T + λI)⁻¹ costs some n, where a
/// Cholesky factor of K + λI would cost n³/3 for each λ.
struct Tridiagonal {
  let size: Int
  /// [size]
  private(set) var diagonal: [Double] = []
  /// Entry (i, i + 1), [size − 1].
  private(set) var beside: [Double] = []
  /// Unit vectors v of the reflections I − 2 v vᵀ, in order; empty for one that does nothing.
  private var reflections: [Row] = []

  /// Numbers in blocks of eight, zeros behind the last.
  private typealias Row = [SIMD8<Double>]

  /// - Parameter matrix: symmetric, [size, size].
  init(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size)
    self.size = size
    var rows = (0..<size).map { Row(packing: matrix[$0 * size..<($0 + 1) * size]) }
    for step in 0..<size {
      diagonal.append(rows[step].number(step))
      if step + 1 < size { reduce(&rows, step) }
    }
  }

  /// Makes all of the row beyond the entry beside the diagonal zero.
  private mutating func reduce(_ rows: inout [Row], _ step: Int) {
    var normal = rows[step]
    normal.clear(through: step)
    let first = normal.number(step + 1)
    let square = normal.dot(normal)
    var beyond = normal
    beyond.clear(through: step + 1)
    guard beyond.dot(beyond) > 0 else {
      beside.append(first)
      reflections.append([])
      return
    }
    // The sign that does not cancel.
    let norm = first > 0 ? -square.squareRoot() : square.squareRoot()
    beside.append(norm)
    normal.set(step + 1, first - norm)
    normal.scale(by: 1 / normal.dot(normal).squareRoot())
    reflect(&rows, normal, from: step + 1)
    reflections.append(normal)
  }

  /// A ← H A H for rows and columns from `start` on: A − v wᵀ − w vᵀ with w = 2 (p − (vᵀp) v), p = A v.
  private func reflect(_ rows: inout [Row], _ normal: Row, from start: Int) {
    let block = start / 8
    var product = Row(repeating: .zero, count: normal.count)
    for row in start..<size {
      product.add(rows[row], times: normal.number(row), from: block)
    }
    product.clear(through: start - 1)
    product.add(normal, times: -normal.dot(product))
    product.scale(by: 2)
    for row in start..<size {
      rows[row].subtract(
        product, times: normal.number(row), normal, times: product.number(row), from: block)
    }
  }

  // MARK: - Use

  /// Qᵀ x, [size].
  func rotated(_ vector: [Double]) -> [Double] {
    var row = Row(packing: vector[...])
    for normal in reflections where !normal.isEmpty {
      row.add(normal, times: -2 * normal.dot(row))
    }
    return (0..<size).map { row.number($0) }
  }

  /// Q x, [size].
  func rotatedBack(_ vector: [Double]) -> [Double] {
    var row = Row(packing: vector[...])
    for normal in reflections.reversed() where !normal.isEmpty {
      row.add(normal, times: -2 * normal.dot(row))
    }
    return (0..<size).map { row.number($0) }
  }

  /// T + λI, for a λ that makes it positive definite.
  func shifted(by shift: Double) -> Shifted { Shifted(self, shift) }

  struct Shifted {
    private let beside: [Double]
    /// Pivots of elimination from the first row on, [size].
    private let pivots: [Double]
    /// tr (T + λI)⁻¹
    let inverseTrace: Double

    fileprivate init(_ matrix: Tridiagonal, _ shift: Double) {
      beside = matrix.beside
      let diagonal = matrix.diagonal.map { $0 + shift }
      let fromFirst = Self.pivots(diagonal, beside)
      let fromLast = Self.pivots(diagonal.reversed(), beside.reversed())
      pivots = fromFirst
      // Entry (i, i) of the inverse is 1 / (pivot from above + pivot from below − entry).
      inverseTrace = diagonal.indices.reduce(0) {
        $0 + 1 / (fromFirst[$1] + fromLast[diagonal.count - 1 - $1] - diagonal[$1])
      }
    }

    private static func pivots(_ diagonal: [Double], _ beside: [Double]) -> [Double] {
      var pivots = diagonal
      for index in pivots.indices.dropFirst() {
        pivots[index] -= beside[index - 1] * beside[index - 1] / pivots[index - 1]
      }
      return pivots
    }

    /// (T + λI)⁻¹ x, [size].
    func solution(_ vector: [Double]) -> [Double] {
      var solution = vector
      for index in solution.indices.dropFirst() {
        solution[index] -= beside[index - 1] / pivots[index - 1] * solution[index - 1]
      }
      for index in solution.indices.reversed() {
        if index + 1 < solution.count {
          solution[index] -= beside[index] * solution[index + 1]
        }
        solution[index] /= pivots[index]
      }
      return solution
    }
  }
}

// MARK: - Rows in blocks

extension [SIMD8<Double>] {
  init(packing numbers: ArraySlice<Double>) {
    self.init(repeating: .zero, count: (numbers.count + 7) / 8)
    for (index, number) in numbers.enumerated() { self[index / 8][index % 8] = number }
  }

  func number(_ index: Int) -> Double { self[index / 8][index % 8] }

  mutating func set(_ index: Int, _ number: Double) { self[index / 8][index % 8] = number }

  func dot(_ other: Self) -> Double {
    var sums = SIMD8<Double>.zero
    for block in indices { sums += self[block] * other[block] }
    return sums.sum()
  }

  mutating func scale(by factor: Double) {
    for block in indices { self[block] *= factor }
  }

  mutating func add(_ other: Self, times factor: Double, from start: Int = 0) {
    for block in start..<count { self[block] += factor * other[block] }
  }

  fileprivate mutating func subtract(
    _ one: Self, times first: Double, _ two: Self, times second: Double, from start: Int
  ) {
    for block in start..<count { self[block] -= first * one[block] + second * two[block] }
  }

  /// Zeros up to and with an index.
  fileprivate mutating func clear(through last: Int) {
    guard last >= 0 else { return }
    for index in 0...last { set(index, 0) }
  }
}
