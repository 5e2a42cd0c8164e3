/// Which members the rows of a file have: most have the same.
import TareCore

extension JSONLinesTable {
  /// Sets of members, each kept once, and the columns that they are of.
  struct Shapes: Sendable {
    /// In the order in which they first appear.
    private(set) var columns: [String] = []
    private(set) var shapes: [Shape] = []
    private var numbers: [[UInt8]: Int32] = [:]
    private var numbersOfShapes: [[Int32]: Int32] = [:]
    /// The UTF-8 of each column's name, [column].
    private var names: [[UInt8]] = []
    /// The shape of the row before, which the next one has as a rule.
    private var last: Int?
    /// The last row that has a column by itself, counted from 1, and the place there, [column].
    private var marks: [(row: Int, place: Int)] = []
    private var rows = 0
    /// Of so many times the columns of a row their places are not kept.
    private static let sparse = 16

    struct Shape: Sendable {
      /// In the order of the row's members.
      let columns: [Int32]
      /// Where each column stands among the members, -1 where it does not, [column]; empty for few members of
      /// a table of many columns.
      fileprivate let places: [Int32]

      /// Where a column's value stands among the row's; nil where it has none.
      func place(of column: Int) -> Int? {
        if places.isEmpty { return columns.firstIndex(of: Int32(column)) }
        return column < places.count && places[column] >= 0 ? Int(places[column]) : nil
      }
    }

    /// The members of a row that is being read.
    struct Open {
      fileprivate var columns: [Int32] = []
      /// Members that are those of the last shape.
      fileprivate var common = 0
      fileprivate var isLast = true
    }

    mutating func open() -> Open {
      rows += 1
      return Open()
    }

    /// The place of the next member among its row's; that of its first one where it stands twice.
    mutating func place(of name: [UInt8], in row: inout Open) -> Int {
      if row.isLast, let last, row.common < shapes[last].columns.count,
        names[Int(shapes[last].columns[row.common])] == name
      {
        row.common += 1
        return row.common - 1
      }
      if row.isLast, let last {
        row.columns = Array(shapes[last].columns[..<row.common])
        for (place, column) in row.columns.enumerated() { marks[Int(column)] = (rows, place) }
      }
      row.isLast = false
      let column = column(name)
      let mark = marks[Int(column)]
      if mark.row == rows { return mark.place }
      marks[Int(column)] = (rows, row.columns.count)
      row.columns.append(column)
      return row.columns.count - 1
    }

    /// The number of a row's shape.
    mutating func close(_ row: Open) -> Int32 {
      if row.isLast, let last, row.common == shapes[last].columns.count { return Int32(last) }
      var columns = row.columns
      if row.isLast, let last { columns = Array(shapes[last].columns[..<row.common]) }
      if let number = numbersOfShapes[columns] {
        last = Int(number)
        return number
      }
      var places: [Int32] = []
      if columns.count >= self.columns.count / Self.sparse {
        places = [Int32](repeating: -1, count: self.columns.count)
        for (place, column) in columns.enumerated() { places[Int(column)] = Int32(place) }
      }
      let number = Int32(shapes.count)
      shapes.append(Shape(columns: columns, places: places))
      numbersOfShapes[columns] = number
      last = Int(number)
      return number
    }

    private mutating func column(_ name: [UInt8]) -> Int32 {
      if let number = numbers[name] { return number }
      let number = Int32(columns.count)
      numbers[name] = number
      columns.append(String(decoding: name, as: UTF8.self))
      names.append(name)
      marks.append((0, 0))
      return number
    }
  }
}
