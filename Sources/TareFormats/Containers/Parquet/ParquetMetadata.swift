/// The footer of a Parquet file.
internal import TareCore

struct ParquetMetadata: Sendable {
  private(set) var rowCount = 0
  /// The schema's elements, parents before their children.
  private(set) var elements: [ParquetElement] = []
  private(set) var rowGroups: [RowGroup] = []
  private(set) var keyValues: [(key: String, value: String)] = []

  /// An element takes some hundred bytes of memory, and a few of a damaged file.
  private static let mostElements = 1 << 18

  struct RowGroup: Sendable {
    var rowCount = 0
    var chunks: [Chunk] = []
  }

  /// Where a row group's values of one leaf stand.
  struct Chunk: Sendable {
    var physical = -1
    var encodings: [Int] = []
    var codec = 0
    var valueCount = 0
    var size = 0
    var compressedSize = 0
    var dataOffset = -1
    var dictionaryOffset: Int?
    var isEncrypted = false
    var isElsewhere = false
    var hasMetadata = false
  }

  init(_ bytes: ParquetBytes) throws(TareError) {
    var reader = ThriftReader(bytes)
    var elements: [ParquetElement] = []
    var rowGroups: [RowGroup] = []
    var keyValues: [(key: String, value: String)] = []
    var rowCount = 0
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 2:
        try reader.list(kind, least: 4) { (reader, _) throws(TareError) in
          guard elements.count < Self.mostElements else {
            throw .unsupportedParquet(
              "a schema of more than \(Self.mostElements) elements", accepted: "fewer columns")
          }
          elements.append(try Self.element(&reader, bytes))
        }
      case 3: rowCount = try reader.count(kind)
      case 4:
        try reader.list(kind) { (reader, _) throws(TareError) in
          rowGroups.append(try Self.rowGroup(&reader))
        }
      case 5:
        try reader.list(kind) { (reader, _) throws(TareError) in
          keyValues.append(try Self.keyValue(&reader))
        }
      default: return false
      }
      return true
    }
    (self.elements, self.rowGroups, self.keyValues) = (elements, rowGroups, keyValues)
    self.rowCount = rowCount
    var sum = 0
    for group in rowGroups {
      let (next, overflow) = sum.addingReportingOverflow(group.rowCount)
      guard !overflow else { throw .parquet("more rows than can be counted") }
      sum = next
    }
    // Some writers leave the file's own count at 0.
    if rowCount == 0 { self.rowCount = sum }
    guard sum == self.rowCount else {
      throw .parquet("\(rowCount) rows by its count, and \(sum) in its row groups")
    }
  }

  private static func keyValue(
    _ reader: inout ThriftReader
  ) throws(TareError) -> (key: String, value: String) {
    var pair = (key: "", value: "")
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1: pair.key = try reader.text(kind)
      case 2: pair.value = try reader.text(kind)
      default: return false
      }
      return true
    }
    return pair
  }

  private static func rowGroup(_ reader: inout ThriftReader) throws(TareError) -> RowGroup {
    var group = RowGroup()
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1:
        // A chunk's metadata have nine fields of two bytes and more.
        try reader.list(kind, least: 18) { (reader, _) throws(TareError) in
          group.chunks.append(try chunk(&reader))
        }
      case 3: group.rowCount = try reader.count(kind)
      default: return false
      }
      return true
    }
    return group
  }

  private static func chunk(_ reader: inout ThriftReader) throws(TareError) -> Chunk {
    var chunk = Chunk()
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1: chunk.isElsewhere = try !reader.binary(kind).isEmpty
      case 3:
        chunk.hasMetadata = true
        try metadata(of: &chunk, &reader)
      case 8:
        chunk.isEncrypted = true
        return false
      default: return false
      }
      return true
    }
    return chunk
  }

  private static func metadata(
    of chunk: inout Chunk, _ reader: inout ThriftReader
  ) throws(TareError) {
    var found = chunk
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1: found.physical = try reader.integer(kind)
      case 2:
        try reader.list(kind) { (reader, kind) throws(TareError) in
          found.encodings.append(try reader.integer(kind))
        }
      case 4: found.codec = try reader.integer(kind)
      case 5: found.valueCount = try reader.count(kind)
      case 6: found.size = try reader.count(kind)
      case 7: found.compressedSize = try reader.count(kind)
      case 9: found.dataOffset = try reader.count(kind)
      case 11: found.dictionaryOffset = try reader.count(kind)
      default: return false
      }
      return true
    }
    chunk = found
  }

  // MARK: - The schema's elements

  private static func element(
    _ reader: inout ThriftReader, _ bytes: ParquetBytes
  ) throws(TareError) -> ParquetElement {
    var element = ParquetElement()
    let start = reader.position
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1:
        let number = try reader.integer(kind)
        guard let physical = ParquetPhysical(rawValue: number) else {
          throw .parquet("the unknown physical type \(number)")
        }
        element.physical = physical
      case 2: element.typeLength = try reader.count(kind)
      case 3:
        let number = try reader.integer(kind)
        guard let repetition = ParquetRepetition(rawValue: number) else {
          throw .parquet("the unknown repetition \(number)")
        }
        element.repetition = repetition
      case 4: element.name = try reader.text(kind)
      case 5: element.childCount = try reader.count(kind)
      case 6: element.converted = try reader.integer(kind)
      case 7: element.scale = try reader.integer(kind)
      case 8: element.precision = try reader.integer(kind)
      case 10: element.logical = try logical(&reader)
      default: return false
      }
      return true
    }
    if element.logical == .plain { element.logical = Self.logical(element) }
    element.encoded = Array(try bytes.slice(start, reader.position - start).buffer)
    return element
  }

  /// What the older annotation means.
  private static func logical(_ element: ParquetElement) -> ParquetLogical {
    switch element.converted {
    case 0, 4, 19: .text
    case 1, 2: .map
    case 3: .list
    case 5: .decimal(scale: element.scale ?? 0)
    case 6: .date
    case 7: .time(perSecond: 1000)
    case 8: .time(perSecond: 1_000_000)
    case 9: .timestamp(perSecond: 1000, isUTC: true)
    case 10: .timestamp(perSecond: 1_000_000, isUTC: true)
    case 11: .integer(bits: 8, isSigned: false)
    case 12: .integer(bits: 16, isSigned: false)
    case 13: .integer(bits: 32, isSigned: false)
    case 14: .integer(bits: 64, isSigned: false)
    case 15: .integer(bits: 8, isSigned: true)
    case 16: .integer(bits: 16, isSigned: true)
    case 17: .integer(bits: 32, isSigned: true)
    case 18: .integer(bits: 64, isSigned: true)
    case 20: .binary
    case 21: .interval
    default: .plain
    }
  }

  private static func logical(_ reader: inout ThriftReader) throws(TareError) -> ParquetLogical {
    var logical = ParquetLogical.plain
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1, 4, 12: logical = .text
      case 2: logical = .map
      case 3: logical = .list
      case 5: logical = .decimal(scale: try parameters(&reader, kind).first)
      case 6: logical = .date
      case 7: logical = .time(perSecond: try parameters(&reader, kind).perSecond)
      case 8:
        let found = try parameters(&reader, kind)
        logical = .timestamp(perSecond: found.perSecond, isUTC: found.isUTC)
      case 10:
        let found = try parameters(&reader, kind)
        logical = .integer(bits: found.first, isSigned: found.isSecond)
      case 11: logical = .nothing
      case 13, 17, 18: logical = .binary
      case 14: logical = .uuid
      case 15: logical = .float16
      default: break
      }
      switch field {
      case 5, 7, 8, 10: return true
      default: return false
      }
    }
    return logical
  }

  private struct Parameters {
    var first = 0
    var isUTC = false
    var isSecond = true
    var perSecond: Int64 = 1000
  }

  /// The fields of a decimal, time, timestamp or integer.
  private static func parameters(
    _ reader: inout ThriftReader, _ kind: ThriftReader.Kind
  ) throws(TareError) -> Parameters {
    guard kind == .structure else { throw .parquet("a logical type that is no structure") }
    var found = Parameters()
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch (field, kind) {
      case (1, .yes): found.isUTC = true
      case (1, .no): found.isUTC = false
      case (1, .byte), (1, .int32): found.first = try reader.integer(kind)
      case (2, .yes), (2, .no): found.isSecond = try reader.bool(kind)
      case (2, .structure):
        try reader.structure { (_, unit, _) throws(TareError) in
          switch unit {
          case 1: found.perSecond = 1000
          case 2: found.perSecond = 1_000_000
          case 3: found.perSecond = 1_000_000_000
          default: throw .parquet("the unknown time unit \(unit)")
          }
          return false
        }
      default: return false
      }
      return true
    }
    return found
  }
}
