/// What a forward pass tells of itself while it computes scores, to the same bits.

/// Asks one forward pass for statistics, and has them when it is done.
///
/// Sums are taken layer by layer: what is kept of single tokens is one layer's choices, gates' means
/// and shares of attention, for one batch. What sequences share at their starts is computed once and
/// counts for each of them.
///
/// `@unchecked Sendable`: the pass that it is given to writes, each part of a step to rows of its own;
/// it is read when the pass is done.
package final class PassProbe: @unchecked Sendable {
  package struct Settings: Sendable, Equatable {
    package var routing = false
    package var attention = false
    /// A neuron is active where |act(w1 x)| is above.
    package var activeThreshold: Float = 1e-3

    package init(routing: Bool = false, attention: Bool = false) {
      self.routing = routing
      self.attention = attention
    }
  }

  /// What is asked of one sequence.
  package struct Sequence: Sendable {
    /// The first position of the response.
    package var responseStart: Int
    /// Positions whose tokens run through all experts, chosen or not.
    package var samples: [Int]

    package init(responseStart: Int, samples: [Int] = []) {
      self.responseStart = responseStart
      self.samples = samples
    }
  }

  package let settings: Settings
  let sequences: [Sequence]
  package internal(set) var routing: RoutingTrace?
  package internal(set) var attention: AttentionTrace?

  /// - Parameter sequences: one for each sequence of the pass, in its order.
  package init(_ settings: Settings, _ sequences: [Sequence]) {
    self.settings = settings
    self.sequences = sequences
  }
}

extension TokenTree {
  /// How many sequences each row belongs to, [rowCount].
  var uses: [Int] {
    var changes = [Int](repeating: 0, count: rowCount + 1)
    for branch in branchOfSequence {
      for stretch in rowStretches(of: branches[branch]) {
        changes[stretch.lowerBound] += 1
        changes[stretch.upperBound] -= 1
      }
    }
    var uses: [Int] = []
    uses.reserveCapacity(rowCount)
    var current = 0
    for change in changes.dropLast() {
      current += change
      uses.append(current)
    }
    return uses
  }

  /// The rows of a branch's whole sequence, from position 0 on.
  func rowStretches(of branch: Branch) -> [Range<Int>] {
    branch.path.indices.map { index in
      let (position, row) = branch.path[index]
      let end = index + 1 < branch.path.count ? branch.path[index + 1].position : branch.end
      return row..<(row + end - position)
    }
  }
}
