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

    struct Shape: Sendable {
      /// In the order of the row's members.
      let columns: [Int32]
      /// Where each column stands among the members, -1 where it does not, [column].
      let places: [Int32]
    }

    /// The members of a row that is being read.
    struct Open {
      fileprivate var columns: [Int32] = []
      /// Members that are those of the last shape.
      fileprivate var common = 0
      fileprivate var isLast = true
    }

    func open() -> Open { Open() }

    /// The place of the next member among its row's; that of its first one where it stands twice.
    mutating func place(of name: [UInt8], in row: inout Open) -> Int {
      if row.isLast, let last, row.common < shapes[last].columns.count,
        names[Int(shapes[last].columns[row.common])] == name
      {
        row.common += 1
        return row.common - 1
      }
      if row.isLast, let last { row.columns = Array(shapes[last].columns[..<row.common]) }
      row.isLast = false
      let column = column(name)
      if let place = row.columns.firstIndex(of: column) { return place }
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
      var places = [Int32](repeating: -1, count: self.columns.count)
      for (place, column) in columns.enumerated() { places[Int(column)] = Int32(place) }
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
      return number
    }
  }
}
