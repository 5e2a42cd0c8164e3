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
      let (a, b) = (sequences[first], sequences[second])
      let same = common(a, b)
      if same < min(a.count, b.count) { return a[same] < b[same] }
      return (a.count, first) < (b.count, second)
    }
  }
}
