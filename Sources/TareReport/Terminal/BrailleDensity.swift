/// How many points fall where, as braille characters of two by four dots.

struct BrailleDensity {
  private let columns: Int
  /// Points under each dot, [row][column], four rows and two columns a character.
  private var counts: [[Int]]
  /// Points under the fullest character.
  private let most: Int

  /// The bit of each dot in U+2800 and after, [row][column] (Unicode Standard, Braille Patterns).
  private static let bits: [[UInt32]] = [
    [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
  ]
  /// Dots in an order that spreads few of them over the character.
  private static let spread = [(0, 0), (2, 1), (1, 1), (3, 0), (2, 0), (0, 1), (3, 1), (1, 0)]

  init(columns: Int, rows: Int, points: [PlotPoint], x: Axis, y: Axis) {
    self.columns = columns
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 2 * columns), count: 4 * rows)
    for point in points {
      let column = min(2 * columns - 1, Int(x.position(of: point.x) * Double(2 * columns)))
      let row = min(4 * rows - 1, Int((1 - y.position(of: point.y)) * Double(4 * rows)))
      counts[row][column] += 1
    }
    self.counts = counts
    most =
      (0..<rows).flatMap { row in
        (0..<columns).map { column in
          BrailleDensity.spread.reduce(0) { $0 + counts[4 * row + $1.0][2 * column + $1.1] }
        }
      }.max() ?? 0
  }

  /// A space where there are no points.
  ///
  /// Few points show where they are. Where a character holds more than its dots can tell, their
  /// number grows with the square root of the points, so that both the crowd and its edge are
  /// seen; the fullest dots are lit.
  func character(column: Int, row: Int) -> Character {
    let dots = BrailleDensity.spread.map { place in
      (place: place, count: counts[4 * row + place.0][2 * column + place.1])
    }
    let total = dots.reduce(0) { $0 + $1.count }
    guard total > 0 else { return " " }
    let share = Double(total) / Double(max(most, 8))
    let lit = min(total, max(1, Int((8 * share.squareRoot()).rounded())))
    let fullest = dots.sorted { $0.count > $1.count }.prefix(lit)
    let pattern = fullest.reduce(0) { $0 | BrailleDensity.bits[$1.place.0][$1.place.1] }
    return Unicode.Scalar(0x2800 + pattern).map(Character.init) ?? " "
  }
}
