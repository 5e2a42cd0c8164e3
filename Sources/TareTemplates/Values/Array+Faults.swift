/// Sorting and filtering by code that can fail, which the standard library has only for untyped
/// errors; and identity.

extension Array {
  /// In order, equal elements in their old order, by a comparison that can fail.
  func sorted(
    _ precedes: (Element, Element) throws(Fault) -> Bool
  ) throws(Fault) -> [Element] {
    guard count > 1 else { return self }
    let left = try Array(self[..<(count / 2)]).sorted(precedes)
    let right = try Array(self[(count / 2)...]).sorted(precedes)
    var merged: [Element] = []
    merged.reserveCapacity(count)
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if try precedes(right[j], left[i]) {
        merged.append(right[j])
        j += 1
      } else {
        merged.append(left[i])
        i += 1
      }
    }
    return merged + left[i...] + right[j...]
  }

  func filtered(
    _ isKept: (Element) throws(Fault) -> Bool
  ) throws(Fault) -> [Element] {
    var kept: [Element] = []
    for element in self where try isKept(element) { kept.append(element) }
    return kept
  }

  /// Whether both are the same elements in the same memory; never where there are none.
  func isStored(with other: [Element]) -> Bool {
    !isEmpty && count == other.count
      && withUnsafeBufferPointer { own in
        other.withUnsafeBufferPointer { own.baseAddress == $0.baseAddress }
      }
  }
}
