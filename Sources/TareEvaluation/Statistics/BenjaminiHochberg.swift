/// Many tests at once.

package enum BenjaminiHochberg {
  /// p values adjusted so that those below α are false discoveries in at most a share α of such
  /// findings (Benjamini and Hochberg 1995), in the order of the input.
  package static func adjusted(_ p: [Double]) -> [Double] {
    let count = Double(p.count)
    var adjusted = p
    var least = 1.0
    for (place, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated().reversed() {
      least = min(least, p[index] * count / Double(place + 1))
      adjusted[index] = least
    }
    return adjusted
  }
}
