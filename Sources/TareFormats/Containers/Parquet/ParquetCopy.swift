/// A Parquet file on its way into another file, with columns of numbers added.
package import TareCore

/// Columns are decoded anew, some row groups at a time: nothing is held but the file's bytes.
package struct ParquetCopy: Sendable {
  /// Columns of numbers that are written beside the file's, a number a row of the file.
  package typealias Added = [(name: String, values: [Double])]

  private let reader: ParquetReader
  /// Rows of a row group that is written.
  private let groupRows: Int

  /// Rows that are made text at once.
  private static let textRows = 1 << 16
  private static let threads = 4

  /// - Returns: nil where what stored values mean depends on all of a column's.
  package init?(
    _ reader: ParquetReader, groupRows: Int = ParquetWriter.Options().rowGroupRows
  ) {
    guard reader.schema.leaves.allSatisfy(\.hasOwnMeaning) else { return nil }
    self.reader = reader
    self.groupRows = groupRows
  }

  private var groups: [ParquetMetadata.RowGroup] { reader.metadata.rowGroups }

  /// The columns' names, each once, with their fields.
  private var shown: [(name: String, field: Int)] {
    var known: Set<String> = []
    return reader.shown.map { (reader.schema.fields[$0].name, $0) }
      .filter { known.insert($0.0).inserted }
  }

  /// Writes the columns anew.
  package func write(
    adding added: Added, as format: any RowwiseOutput.Type, to sink: ByteSink
  ) throws(TareError) {
    let shown = shown
    var first = 0
    for group in groups.indices {
      let read = try reader.read(
        shown.map(\.field), groups: group..<group + 1, threads: Self.threads)
      let count = groups[group].rowCount
      func numbers(_ values: [Double]) -> Column {
        Column(.numbers(Array(values[first..<first + count])))
      }
      var columns = zip(shown, read).map { shown, read in
        let new = added.first { $0.name == shown.name }
        return (name: shown.name, column: new.map { numbers($0.values) } ?? read.meant)
      }
      for new in added where !shown.contains(where: { $0.name == new.name }) {
        columns.append((new.name, numbers(new.values)))
      }
      let table = OutputTable(columns, count: count)
      if group == 0 { try sink.write(format.header(of: table)) }
      for start in stride(from: 0, to: count, by: Self.textRows) {
        let end = min(count, start + Self.textRows)
        try sink.write(format.encoded(table, rows: start..<end))
      }
      first += count
    }
  }

  /// Writes the columns in the file's own schema, as they are stored.
  package func write(adding added: Added, to sink: ByteSink) throws(TareError) {
    let fields = reader.schema.fields
    // Fields of one name are all replaced; a new column's type is that of any number.
    let new = added.filter { new in !fields.contains { $0.name == new.name } }
    let number = Column(.numbers([]))
    var schema: [[ParquetElement]] = []
    var replaced: [String] = []
    for (index, field) in fields.enumerated() {
      let isNew = added.contains { $0.name == field.name }
      if isNew { replaced.append(field.name) }
      schema.append(
        isNew ? try ParquetElement.all(field.name, number) : reader.schema.elements[index])
    }
    for column in new { schema.append(try ParquetElement.all(column.name, number)) }
    replaced += new.map(\.name)
    var options = ParquetWriter.Options()
    options.rowGroupRows = groupRows
    options.keyValues = ParquetOriginal.keyValues(of: reader, adding: replaced.map { ($0, number) })
    var writer = ParquetWriter(options) { (bytes) throws(TareError) in try sink.write(bytes) }
    var stored = StoredRows(reader, threads: Self.threads)
    for start in stride(from: 0, to: reader.count, by: groupRows) {
      let rows = start..<min(reader.count, start + groupRows)
      let columns = try stored.columns(rows)
      func numbers(_ values: [Double]) -> Column { Column(.numbers(Array(values[rows]))) }
      try writer.write(
        zip(fields, columns).map { field, column in
          added.first { $0.name == field.name }.map { numbers($0.values) } ?? column
        } + new.map { numbers($0.values) }, schema)
    }
    try writer.finish()
  }
}

/// Ranges of a file's rows, one after another, as they are stored.
private struct StoredRows {
  private let reader: ParquetReader
  private let threads: Int
  /// The row groups that were decoded last.
  private var held: (groups: Range<Int>, columns: [Column])?
  /// Where each row group begins, and where the last ends, [group + 1].
  private let starts: [Int]

  init(_ reader: ParquetReader, threads: Int) {
    (self.reader, self.threads) = (reader, threads)
    starts = reader.metadata.rowGroups.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.rowCount) }
  }

  mutating func columns(_ rows: Range<Int>) throws(TareError) -> [Column] {
    let groups = starts.indices.dropLast()
    let first = groups.first { starts[$0 + 1] > rows.lowerBound } ?? 0
    let end = groups.first { starts[$0 + 1] >= rows.upperBound }.map { $0 + 1 } ?? groups.count
    if held?.groups != first..<end {
      held = nil
      let read = try reader.read(
        Array(reader.schema.fields.indices), groups: first..<end, threads: threads)
      held = (first..<end, read.map(\.stored))
    }
    let columns = held?.columns ?? []
    guard rows != starts[first]..<starts[end] else { return columns }
    let own = rows.map { $0 - starts[first] }
    return columns.map { $0.selecting(own) }
  }
}

extension ParquetLeaf {
  /// Whether what a value means does not depend on the others.
  fileprivate var hasOwnMeaning: Bool {
    switch (physical, element.logical) {
    case (.byteArray, .plain), (.fixedLengthByteArray, .plain): false
    case (_, .integer(let bits, isSigned: false)): bits < 64
    default: true
    }
  }
}
