/// Parquet files whose rows follow one another, as the one file that holds all their row groups.
internal import Foundation
internal import TareCore

struct ParquetParts {
  /// The file but for its footer.
  private var content = Data()
  /// RowGroup structures in Thrift.
  private var rowGroups: [[UInt8]] = []
  private var rowCount = 0
  /// The first file, whose columns the others must have.
  private var first: (name: String, metadata: ParquetMetadata, schema: ParquetSchema)?

  private static let mark = Data("PAR1".utf8)

  /// - Throws: `TareError.badData` that names the file: one that is damaged, or whose columns are not
  ///   those of the first one.
  static func joined(
    _ names: [String], _ read: (String) throws(TareError) -> Data
  ) throws(TareError) -> Data {
    var parts = ParquetParts()
    for name in names {
      let data = try read(name)
      let result: Result<Void, TareError> = data.withUnsafeBytes { bytes in
        Result { () throws(TareError) in try parts.append(ParquetBytes(bytes), name) }
      }
      do { try result.get() } catch { throw error.inside(name) }
    }
    return parts.finished
  }

  private mutating func append(_ file: ParquetBytes, _ name: String) throws(TareError) {
    let footer = try ParquetReader.footerBytes(of: file)
    let metadata = try ParquetReader.footer(of: file)
    let schema = try ParquetSchema(metadata.elements)
    let (end, leaves) = (file.count - 8 - footer.count, try leaves(of: schema))
    if first == nil {
      first = (name, metadata, schema)
      content = Self.mark
    }
    let paths = ParquetElement.paths(Array((first?.metadata.elements ?? []).dropFirst()))
    for group in metadata.rowGroups {
      guard group.chunks.count == leaves.count else {
        throw .parquet("\(group.chunks.count) columns in a row group of \(leaves.count)")
      }
      var chunks: [[UInt8]] = []
      for (leaf, path) in zip(leaves, paths) {
        chunks.append(try moved(group.chunks[leaf], path, end))
      }
      rowGroups.append(
        ThriftWriter.structure { writer in
          writer.field(1, structures: chunks)
          writer.field(2, int64: group.chunks.reduce(0) { $0 &+ $1.size })
          writer.field(3, int64: group.rowCount)
        })
    }
    let (sum, overflows) = rowCount.addingReportingOverflow(metadata.rowCount)
    guard !overflows else { throw .parquet("more rows than can be counted") }
    rowCount = sum
    content.append(contentsOf: try file.slice(4, end - 4).buffer)
  }

  /// Which of a file's leaves are those of the first file, in that one's order.
  private func leaves(of schema: ParquetSchema) throws(TareError) -> [Int] {
    guard let first else { return Array(schema.leaves.indices) }
    let names = schema.fields.map(\.name)
    var leaves: [Int] = []
    for (field, elements) in zip(first.schema.fields, first.schema.elements) {
      guard let place = names.firstIndex(of: field.name) else {
        throw .badData(
          place: "", found: "no column '\(field.name)'",
          accepted: "the columns of \(first.name): \(list(first.schema.fields.map(\.name)))")
      }
      guard schema.elements[place].map(\.form) == elements.map(\.form) else {
        throw .badData(
          place: "column '\(field.name)'", found: schema.elements[place].words,
          accepted: "\(elements.words), as in \(first.name)")
      }
      leaves += schema.fields[place].leaves
    }
    if let other = names.first(where: { name in
      !first.schema.fields.contains { $0.name == name }
    }) {
      throw .badData(
        place: "", found: "the column '\(other)', which \(first.name) does not have",
        accepted: "the same columns in each file")
    }
    guard leaves.count == schema.leaves.count else {
      throw .badData(
        place: "", found: "two columns with one name", accepted: "unique column names")
    }
    return leaves
  }

  /// The structure ColumnChunk of values that stand behind what there is so far.
  ///
  /// - Parameter end: of the values in their own file.
  private func moved(
    _ chunk: ParquetMetadata.Chunk, _ path: [String], _ end: Int
  ) throws(TareError) -> [UInt8] {
    guard !chunk.isEncrypted, !chunk.isElsewhere else {
      throw .unsupportedParquet(
        "values that are encrypted or in another file",
        accepted: "Parquet files that can be read separately")
    }
    let start = min(chunk.dataOffset, chunk.dictionaryOffset ?? chunk.dataOffset)
    // Where there are no values the offsets may be any.
    guard chunk.hasMetadata,
      chunk.valueCount == 0
        || (start >= 4 && start <= end && chunk.dataOffset <= end
          && (chunk.dictionaryOffset ?? 0) <= end && chunk.compressedSize <= end - start)
    else { throw .parquet("values of '\(path.joined(separator: "."))' outside of the file") }
    let shift = content.count - 4
    return ThriftWriter.structure { writer in
      writer.field(2, int64: 0)
      writer.field(3) { metadata in
        metadata.field(1, int32: chunk.physical)
        metadata.field(2, integers: chunk.encodings)
        metadata.field(3, texts: path)
        metadata.field(4, int32: chunk.codec)
        metadata.field(5, int64: chunk.valueCount)
        metadata.field(6, int64: chunk.size)
        metadata.field(7, int64: chunk.compressedSize)
        if chunk.valueCount > 0 {
          metadata.field(9, int64: chunk.dataOffset + shift)
          if let offset = chunk.dictionaryOffset { metadata.field(11, int64: offset + shift) }
        } else {
          metadata.field(9, int64: 4)
        }
      }
    }
  }

  /// The content with the footer, which has the key-value pairs of the first file.
  private var finished: Data {
    let metadata = first?.metadata
    let footer = ThriftWriter.structure { writer in
      writer.field(1, int32: 2)
      writer.field(2, structures: (metadata?.elements ?? []).map(\.encoded))
      writer.field(3, int64: rowCount)
      writer.field(4, structures: rowGroups)
      if let pairs = metadata?.keyValues, !pairs.isEmpty {
        writer.field(5, keyValues: pairs)
      }
      writer.field(6, "tare")
    }
    var data = content
    data.append(contentsOf: footer)
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: footer.count).littleEndian) {
      data.append(contentsOf: $0)
    }
    return data + Self.mark
  }
}

extension ParquetElement {
  /// The element but for what does not change how its values are read, such as its number.
  fileprivate var form: ParquetElement {
    var form = self
    form.encoded = []
    form.converted = nil
    return form
  }
}

extension [ParquetElement] {
  /// A column's type, for messages.
  fileprivate var words: String {
    guard let top = first else { return "nothing" }
    let optional = top.repetition == .required ? ", never null" : ""
    guard let physical = top.physical, count == 1 else {
      let kind = top.logical == .plain ? "object" : "\(top.logical)"
      return "\(kind) of \(count) elements\(optional)"
    }
    return (top.logical == .plain ? "\(physical)" : "\(physical) (\(top.logical))") + optional
  }
}
