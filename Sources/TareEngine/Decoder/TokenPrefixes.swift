/// What token sequences have in common with each other at their starts.

package enum TokenPrefixes {
  /// The number of tokens that two sequences start with alike.
  package static func common(_ a: [Int32], _ b: [Int32]) -> Int {
    let limit = min(a.count, b.count)
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var count = 0
        while count < limit, a[count] == b[count] { count += 1 }
        return count
      }
    }
  }

  /// Indices of the sequences in lexicographic order, equal ones as they came: each then shares more
  /// with its neighbours than with any other.
  package static func order(_ sequences: [[Int32]]) -> [Int] {
    sequences.indices.sorted { first, second in
      switch order(sequences[first], sequences[second]) {
      case 0: first < second
      case let order: order < 0
      }
    }
  }

  /// Negative where `a` comes before `b` in lexicographic order, 0 where they are equal.
  package static func order(_ a: [Int32], _ b: [Int32]) -> Int {
    let same = common(a, b)
    return same < min(a.count, b.count) ? Int(a[same]) - Int(b[same]) : a.count - b.count
  }
}
