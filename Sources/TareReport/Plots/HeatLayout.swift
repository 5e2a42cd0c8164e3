/// Where the cells and names of a heat map lie, in pixels.

struct HeatLayout {
  /// Whether it has the page's whole width.
  let isWhole: Bool
  /// Whether the columns' names stand aslant above them; numbers and short names stand below.
  let isSlanted: Bool
  /// Of the names beside the rows.
  let rowNames: Double
  let cell: (width: Double, height: Double)
  /// Of all cells.
  let width: Double
  let height: Double
  /// Room around the cells.
  let above: Double
  let below: Double
  let beyond: Double

  /// What a half and the whole of the page's width hold.
  private static let half = 462.0
  private static let full = 950.0
  private static let widest = 38.0
  /// Characters of a name.
  private static let longest = 16
  private static let perCharacter = 7.0

  init(rows: [String], columns: [String], rowName: String) {
    let count = Double(max(1, columns.count))
    func width(_ names: [String]) -> Double {
      Self.perCharacter * Double(names.map { Self.name($0).count }.max() ?? 0)
    }
    rowNames = max(width(rows) + 12, Self.perCharacter * Double(rowName.count) + 4)
    let isNumbered = columns.allSatisfy { Double($0) != nil }
    isSlanted = !isNumbered && width(columns) + 5 > min(Self.widest, Self.half / count)
    isWhole = count > (isSlanted ? 8 : 64)
    let slant = isSlanted ? 0.7 * width(columns) : 0
    let room = (isWhole ? Self.full : Self.half) - rowNames - slant
    let most = !isWhole ? Self.widest : isSlanted ? 26 : 7
    let cellHeight: Double =
      switch rows.count {
      case ...12: 24
      case ...32: 15
      case ...64: 11
      default: 8
      }
    cell = (min(most, max(6, (room / count).rounded(.down))), cellHeight)
    self.width = cell.width * count
    height = cell.height * Double(rows.count)
    above = 22 + slant
    below = isSlanted ? 6 : 38
    beyond = isSlanted ? slant + 16 : 8
  }

  /// Whether two plots beside it have room above each other.
  var isTall: Bool { height >= 400 }

  /// Whether cells have room for their values.
  var isWritten: Bool { cell.width >= 34 && cell.height >= 20 }

  /// The height of the whole drawing.
  var whole: Double { above + height + below }

  func x(_ column: Int) -> Double { (Double(column) + 0.5) * cell.width }
  func y(_ row: Int) -> Double { above + (Double(row) + 0.5) * cell.height }

  /// Every how many rows and columns a name has room.
  var rowStep: Int { Self.step(12 / cell.height) }

  func columnStep(_ columns: [String]) -> Int {
    isSlanted ? 1 : Self.step((7.5 * Double(columns.map(\.count).max() ?? 1) + 5) / cell.width)
  }

  /// The least power of two that is no less.
  private static func step(_ least: Double) -> Int {
    var step = 1
    while Double(step) < least { step *= 2 }
    return step
  }

  /// A name as it is written.
  static func name(_ text: String) -> String { text.excerpt(longest) }
}
