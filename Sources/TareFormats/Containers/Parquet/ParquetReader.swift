/// Reads Parquet files: the columns that are asked for, and no others.
internal import Foundation
internal import Synchronization
package import TareCore

package struct ParquetReader: Sendable {
  /// Rows of the file.
  package let count: Int
  let schema: ParquetSchema
  let metadata: ParquetMetadata
  private let bytes: [UInt8]
  private let mapped: Data?
  private let maximumBytes: Int

  /// What decoded columns may take where the caller does not say.
  package static let defaultMaximumBytes = 16 << 30

  /// - Parameter maximumBytes: of all decoded values together, and of any page.
  /// - Throws: `TareError.badData` that says what is wrong with the footer.
  package init(
    _ bytes: [UInt8], maximumBytes: Int = defaultMaximumBytes
  ) throws(TareError) {
    try self.init(bytes, nil, maximumBytes)
  }

  /// Maps a file into memory, so that columns that are not asked for are not read.
  package init(
    path: String, maximumBytes: Int = defaultMaximumBytes
  ) throws(TareError) {
    guard let data = try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped) else {
      throw .badData(
        place: path, found: "no readable file", accepted: "a readable Parquet file")
    }
    do throws(TareError) {
      try self.init([], data, maximumBytes)
    } catch {
      throw error.inside(path)
    }
  }

  private init(_ bytes: [UInt8], _ mapped: Data?, _ maximumBytes: Int) throws(TareError) {
    self.bytes = bytes
    self.mapped = mapped
    self.maximumBytes = maximumBytes
    let metadata = try Self.with(bytes, mapped) { (file) throws(TareError) in
      try Self.footer(of: file)
    }
    self.metadata = metadata
    do throws(TareError) {
      schema = try ParquetSchema(metadata.elements)
      // Even a column without a value says of each row that there is none.
      try ParquetBudget(maximumBytes: maximumBytes).take(metadata.rowCount)
      for (index, group) in metadata.rowGroups.enumerated()
      where group.chunks.count != schema.leaves.count {
        throw .parquet(
          "\(group.chunks.count) columns in row group \(index + 1), "
            + "and \(schema.leaves.count) in the schema")
      }
    } catch {
      throw error.inside("Parquet footer")
    }
    count = metadata.rowCount
  }

  static func footer(of file: ParquetBytes) throws(TareError) -> ParquetMetadata {
    do throws(TareError) {
      return try ParquetMetadata(try footerBytes(of: file))
    } catch {
      throw error.inside("Parquet footer")
    }
  }

  /// The footer as it is written, which the last eight bytes of the file follow.
  static func footerBytes(of file: ParquetBytes) throws(TareError) -> ParquetBytes {
    guard file.count >= 12 else { throw .parquet("\(file.count) bytes") }
    let mark = Array(try file.slice(file.count - 4, 4).buffer)
    guard mark != Array("PARE".utf8) else {
      throw .unsupportedParquet("an encrypted file", accepted: "Parquet without encryption")
    }
    guard mark == Array("PAR1".utf8) else {
      throw .parquet("no 'PAR1' at the end: the file is truncated")
    }
    let size = Int(try file.load(file.count - 8, as: UInt32.self))
    guard size <= file.count - 12 else { throw .parquet("a footer of \(size) bytes") }
    return try file.slice(file.count - 8 - size, size)
  }

  private static func with<Value>(
    _ bytes: [UInt8], _ mapped: Data?, _ body: (ParquetBytes) throws(TareError) -> Value
  ) throws(TareError) -> Value {
    let result: Result<Value, TareError>
    if let mapped {
      result = mapped.withUnsafeBytes { buffer in
        Result { () throws(TareError) in try body(ParquetBytes(buffer)) }
      }
    } else {
      result = bytes.withUnsafeBytes { buffer in
        Result { () throws(TareError) in try body(ParquetBytes(buffer)) }
      }
    }
    return try result.get()
  }
}

// MARK: - Columns

extension ParquetReader {
  /// The columns' names, less those that are only pandas' numbers of rows.
  package var columnNames: [String] { shown.map { schema.fields[$0].name } }

  /// The fields that are columns of the table, by their place in the schema.
  var shown: [Int] {
    let hidden = indexColumns
    return schema.fields.indices.filter { !hidden.contains(schema.fields[$0].name) }
  }

  /// The columns in which pandas keeps an index without a name, which `pandas.read_parquet` takes
  /// for
  /// the numbers of the rows. An index with a name is a column that somebody set.
  private var indexColumns: Set<String> {
    guard let text = metadata.keyValues.first(where: { $0.key == "pandas" })?.value,
      let names = (try? JSONValue(parsing: text))?["index_columns"]?.array
    else { return [] }
    return Set(
      names.compactMap(\.string).filter {
        $0.wholeMatch(of: /__index_level_[0-9]+__/) != nil
      })
  }

  /// Columns by name, in the order of the names; all of them for nil.
  ///
  /// - Parameter threads: at most that many decode at once.
  /// - Throws: `TareError.badData` that names the column, and the row group or row, of what is
  /// damaged or
  ///   of no kind that can be read; for a name that no column has.
  package func columns(
    _ names: [String]? = nil, threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws(TareError) -> [(name: String, column: Column)] {
    var fields: [Int] = []
    if let names {
      for name in names {
        guard let index = schema.fields.firstIndex(where: { $0.name == name }) else {
          throw .badData(
            place: "", found: "no column '\(name)'", accepted: "one of \(list(columnNames))")
        }
        fields.append(index)
      }
    } else {
      fields = shown
    }
    return try read(fields, threads: threads).map { (schema.fields[$0.field].name, $0.meant) }
  }

  struct ReadField: Sendable {
    let field: Int
    let stored: Column
    let meant: Column
  }

  /// Fields by their place in the schema.
  ///
  /// - Parameter groups: the row groups; nil for all.
  func read(
    _ fields: [Int], groups: Range<Int>? = nil, threads: Int
  ) throws(TareError) -> [ReadField] {
    let groups = groups ?? metadata.rowGroups.indices
    let count = metadata.rowGroups[groups].reduce(0) { $0 + $1.rowCount }
    let budget = ParquetBudget(maximumBytes: maximumBytes)
    let wanted = Set(fields).sorted().flatMap { Array(schema.fields[$0].leaves) }
    let leaves = try Self.with(bytes, mapped) { (file) throws(TareError) in
      try decode(wanted, groups, file, budget, threads: max(1, threads))
    }
    var read: [ReadField] = []
    for index in fields {
      let field = schema.fields[index]
      do throws(TareError) {
        var decoded: [Int: DecodedLeaf] = [:]
        for leaf in field.leaves { decoded[leaf] = leaves[leaf] }
        let stored = try field.column(of: decoded, .stored)
        let meant = try field.column(of: decoded, .meant)
        guard stored.count == count, meant.count == count else {
          throw .parquet("\(stored.count) values for \(count) rows")
        }
        read.append(ReadField(field: index, stored: stored, meant: meant))
      } catch {
        throw error.inside("column '\(field.name)'")
      }
    }
    return read
  }

  /// A part of a leaf's row groups.
  private struct Part {
    let leaf: Int
    let groups: Range<Int>
  }

  private func decode(
    _ leaves: [Int], _ groups: Range<Int>, _ file: ParquetBytes, _ budget: ParquetBudget,
    threads: Int
  ) throws(TareError) -> [Int: DecodedLeaf] {
    // Leaves are the parts, unless there are so few of them that threads would be idle.
    let pieces =
      leaves.count >= threads * 2 ? 1 : max(1, min(threads, groups.count))
    let first = groups.lowerBound
    let parts = leaves.flatMap { leaf in
      (0..<pieces).map { piece in
        Part(
          leaf: leaf,
          groups: first + piece * groups.count / pieces..<first + (piece + 1) * groups.count
            / pieces)
      }
    }
    let results = Mutex<[Int: Result<LeafValues, TareError>]>([:])
    ParallelParts.run(threads: threads, count: parts.count) { index in
      let result = Result { () throws(TareError) in
        try self.values(of: parts[index], file, budget)
      }
      results.withLock { $0[index] = result }
    }
    let values = results.withLock { $0 }
    var joined: [LeafValues] = []
    for (index, part) in parts.enumerated() {
      guard let result = values[index] else { throw .fault("a part of a column was not read") }
      do throws(TareError) {
        if index % pieces == 0 {
          joined.append(try result.get())
        } else {
          try joined[joined.count - 1].append(try result.get(), budget)
        }
      } catch {
        throw error.inside("column '\(path(of: part.leaf))'")
      }
    }
    let whole = joined
    let decoded = Mutex<[Int: Result<DecodedLeaf, TareError>]>([:])
    ParallelParts.run(threads: threads, count: whole.count) { index in
      let values = whole[index]
      let result = Result { () throws(TareError) in
        let stored = values.column()
        return DecodedLeaf(
          leaf: values.leaf, count: values.count, definitions: values.definitions,
          repetitions: values.repetitions, stored: stored,
          meant: try values.leaf.meaning(of: stored))
      }
      decoded.withLock { $0[index] = result }
    }
    var found: [Int: DecodedLeaf] = [:]
    for (index, result) in decoded.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      do throws(TareError) {
        found[whole[index].leaf.index] = try result.get()
      } catch {
        throw error.inside("column '\(path(of: whole[index].leaf.index))'")
      }
    }
    return found
  }

  private func values(
    of part: Part, _ file: ParquetBytes, _ budget: ParquetBudget
  ) throws(TareError) -> LeafValues {
    let leaf = schema.leaves[part.leaf]
    var reader = ChunkReader(file, leaf, budget)
    if leaf.isFlat {
      var bytes = 0
      for group in metadata.rowGroups[part.groups] {
        // No sum of such sizes is too large for a limit.
        bytes = bytes.addingReportingOverflow(group.chunks[part.leaf].size).partialValue
      }
      reader.reserve(
        metadata.rowGroups[part.groups].reduce(0) { $0 + $1.rowCount }, bytes: bytes)
    }
    for index in part.groups {
      let group = metadata.rowGroups[index]
      do throws(TareError) {
        try reader.read(group.chunks[part.leaf], rowCount: group.rowCount)
      } catch {
        throw error.inside("row group \(index + 1)")
      }
    }
    return reader.values
  }

  /// The name of a leaf with those of what it stands in, as Parquet has it.
  private func path(of leaf: Int) -> String {
    var names: [String] = []
    var fields = schema.fields
    while let field = fields.first(where: { $0.leaves.contains(leaf) }) {
      names.append(field.name)
      fields =
        switch field.kind {
        case .leaf: []
        case .object(let members): members
        case .list(let element, _, _): [element]
        }
    }
    return names.joined(separator: ".")
  }
}
