/// The formats in which Tare writes tables, by their names and by the endings of files.
package import Foundation
package import TareCore

package enum OutputFormats {
  package static let registry = Registry<any OutputFormat.Type>(
    "output format",
    [
      CSVOutput.self,
      TSVOutput.self,
      JSONLinesOutput.self,
      JSONOutput.self,
      ParquetOutput.self,
      ArrowOutput.self,
      SafeCSVOutput.self,
    ]
  ) { $0 }

  /// The format that is asked for, or that the file's name asks for.
  ///
  /// - Returns: nil where neither does.
  /// - Throws: `TareError.usage` for a format that is none, and for the ending of one that Tare does not
  ///   write.
  package static func format(
    _ key: String?, for path: String?
  ) throws(TareError) -> (any OutputFormat.Type)? {
    if let key { return try registry.entry(for: key) }
    guard let path else { return nil }
    var name = path.lowercased()
    if let compression = Compression(ending: name) {
      name = String(name.dropLast(compression.ending.count))
    }
    if let foreign = foreign.first(where: name.hasSuffix) {
      throw .usage(
        "'\(path)': Tare does not write \(foreign); expected a file name that ends in "
          + registry.entries.compactMap { $0.endings.first }.joined(separator: ", ")
          + ", or --output-format")
    }
    return registry.entries.first { format in format.endings.contains { name.hasSuffix($0) } }
  }

  /// Endings of tables, and of compression, that would promise something else than what is written.
  private static let foreign = [
    ".xlsx", ".xls", ".ods", ".pkl", ".pickle", ".npy", ".npz", ".h5", ".hdf5", ".orc", ".avro",
    ".rds", ".sqlite", ".db", ".html", ".bz2", ".xz", ".zip", ".lz4",
  ]

  /// The bytes of a result as a file of this name holds them: compressed where it ends so.
  package static func compressed(_ data: Data, for path: String?) throws(TareError) -> Data {
    guard let compression = path.flatMap({ Compression(ending: $0.lowercased()) }) else {
      return data
    }
    return try compression.deflated(data)
  }
}

/// A way to write a table.
package protocol OutputFormat: Registered {
  /// With their points: ".csv".
  static var endings: [String] { get }
  /// The keys of the file formats whose tables are written back as they were rather than anew.
  static var inputs: [String] { get }
  /// The key of the format as which it is laid out.
  static var layoutKey: String { get }
  /// Whether an apostrophe stands before text that a spreadsheet would run (`FormulaFilter`).
  static var neutralizesFormulas: Bool { get }
  static func encoded(_ table: OutputTable) throws(TareError) -> Data
}

extension OutputFormat {
  package static var layoutKey: String { key }
  package static var neutralizesFormulas: Bool { false }

  /// Whether a file is laid out so, that its cells can stay as they are.
  ///
  /// - Parameters:
  ///   - plain: the output format as which it is laid out; nil for a special layout, which stays where no
  ///     other is asked for.
  ///   - format: the key of the file's format.
  ///   - isAsked: whether the format was asked for by its key.
  package static func keeps(plain: String?, format: String, isAsked: Bool) -> Bool {
    guard let plain else { return (!isAsked || neutralizesFormulas) && inputs.contains(format) }
    return plain == layoutKey
  }
}

/// A format whose files are one row after another.
package protocol RowwiseOutput: OutputFormat {
  /// What stands before the rows.
  static func header(of table: OutputTable) -> [UInt8]
  static func encoded(_ table: OutputTable, rows: Range<Int>) -> [UInt8]
}

extension RowwiseOutput {
  package static func encoded(_ table: OutputTable) -> Data {
    Data(header(of: table) + encoded(table, rows: 0..<table.count))
  }
}

/// A table that is written anew: columns of one type each.
package struct OutputTable: Sendable {
  package struct Named: Sendable, Equatable {
    package let name: String
    package let column: Column
  }

  package let columns: [Named]
  package let count: Int

  package init(_ columns: [(name: String, column: Column)], count: Int) {
    self.columns = columns.map { Named(name: $0.name, column: $0.column) }
    self.count = count
  }

  /// The columns of all rows, in the order in which they first appear.
  package init(_ rows: [JSONObject]) {
    var names: [String] = []
    var known: Set<String> = []
    for row in rows { names += row.keys.filter { known.insert($0).inserted } }
    self.init(
      names.map { name in (name, Column(rows.map { $0[name] ?? .null })) }, count: rows.count)
  }

  /// The rows, members that have no value left out.
  package func row(_ row: Int) -> JSONObject {
    var object = JSONObject()
    for column in columns { object[column.name] = column.column[row] }
    return object
  }
}

extension Column {
  /// Texts of cells in a column of what they say: integers, numbers, true and false where all of them
  /// do, written as programs write them ("007" is a text); an empty cell has no value there.
  init(cells: [JSONValue], _ mark: DecimalMark) {
    let texts = cells.map { $0.string ?? "" }
    guard cells.allSatisfy({ $0.string != nil || $0 == .null }),
      texts.contains(where: { !$0.isEmpty })
    else {
      self.init(cells)
      return
    }
    func values(_ value: (String) -> JSONValue?) -> [JSONValue]? {
      var values: [JSONValue] = []
      values.reserveCapacity(texts.count)
      for text in texts {
        guard let value = text.isEmpty ? .null : value(text) else { return nil }
        values.append(value)
      }
      return values
    }
    let found =
      values { text in Int(text).flatMap { "\($0)" == text ? JSONValue.int($0) : nil } }
      ?? values { text in Self.number(text, mark).map { .double($0) } }
      ?? values { text in ["true": true, "false": false][text.lowercased()].map { .bool($0) } }
    self.init(found ?? cells)
  }

  private static func number(_ text: String, _ mark: DecimalMark) -> Double? {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }.prefix(2).map { $0 }
    let hasLeadingZero =
      digits.count == 2 && digits[0] == UInt8(ascii: "0")
      && (0x30...0x39).contains(digits[1])
    guard !hasLeadingZero, text.utf8.first != UInt8(ascii: "["), text.utf8.first != 0x20 else {
      return nil
    }
    return DecimalText.number(text, mark)
  }
}
