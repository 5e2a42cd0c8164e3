/// Faster convergence of a fixed point that is approached step by step.

/// Anderson's mixing (1965) in its second form: from the last few points and what one step made of each,
/// the mixture whose step would move it least. Where the step is affine, as a backfitting cycle with
/// fixed weights is, it reaches the same fixed point as plain steps do, in about as many as a Krylov method
/// takes (Walker and Ni 2011).
package struct AndersonMixing {
  /// How much each number counts in the length of a step, [number].
  private let counts: [Double]
  private let mostKept: Int
  private var lastStep: [Double] = []
  private var lastMade: [Double] = []
  /// Differences of steps, and of what they made, from one point to the next; the newest first.
  private var steps: [[Double]] = []
  private var made: [[Double]] = []

  package init(counts: [Double]) {
    self.counts = counts
    // Each one kept takes as much memory as two columns.
    mostKept = counts.count > 200_000 ? 2 : 5
  }

  /// The next point.
  ///
  /// - Parameters:
  ///   - point: the last one, [number].
  ///   - result: what a step made of it, [number].
  package mutating func next(after point: [Double], _ result: [Double]) -> [Double] {
    let step = Self.difference(result, point)
    if !lastStep.isEmpty {
      steps.insert(Self.difference(step, lastStep), at: 0)
      made.insert(Self.difference(result, lastMade), at: 0)
      if steps.count > mostKept {
        steps.removeLast()
        made.removeLast()
      }
    }
    (lastStep, lastMade) = (step, result)
    // Least squares by Gram and Schmidt, the newest first: one that says nothing new is left out.
    var rest = step
    var next = result
    var (directions, results): ([[Double]], [[Double]]) = ([], [])
    for (var direction, var made) in zip(steps, made) {
      let length = dot(direction, direction)
      for (known, result) in zip(directions, results) {
        let share = dot(known, direction)
        Self.subtract(share, known, from: &direction)
        Self.subtract(share, result, from: &made)
      }
      let left = dot(direction, direction)
      guard left > 1e-20 * length, left > 0 else { continue }
      let scale = 1 / left.squareRoot()
      for number in direction.indices {
        direction[number] *= scale
        made[number] *= scale
      }
      let share = dot(direction, rest)
      Self.subtract(share, direction, from: &rest)
      Self.subtract(share, made, from: &next)
      directions.append(direction)
      results.append(made)
    }
    return next
  }

  /// Forgets all points.
  package mutating func restart() { self = AndersonMixing(counts: counts) }

  private func dot(_ first: [Double], _ second: [Double]) -> Double {
    var sum = 0.0
    for number in counts.indices { sum += counts[number] * first[number] * second[number] }
    return sum
  }

  private static func difference(_ first: [Double], _ second: [Double]) -> [Double] {
    zip(first, second).map { $0 - $1 }
  }

  private static func subtract(_ share: Double, _ from: [Double], from numbers: inout [Double]) {
    for number in numbers.indices { numbers[number] -= share * from[number] }
  }
}
