/// The header of a page.
internal import CZlib
internal import TareCore

struct ParquetPage {
  private(set) var kind = -1
  private(set) var size = 0
  private(set) var compressedSize = 0
  private(set) var checksum: Int?
  private(set) var valueCount = 0
  private(set) var encoding = -1
  /// How the levels of a version 1 page are encoded.
  private(set) var definitionEncoding = ParquetEncoding.rle.rawValue
  private(set) var repetitionEncoding = ParquetEncoding.rle.rawValue
  /// Bytes of the levels of a version 2 page.
  private(set) var definitionSize = 0
  private(set) var repetitionSize = 0
  private(set) var isCompressed = true
  private(set) var hasHeader = false
  /// Bytes of the header itself.
  private(set) var headerSize = 0

  static let data = 0
  static let dictionary = 2
  static let dataV2 = 3

  init(_ bytes: ParquetBytes) throws(TareError) {
    var reader = ThriftReader(bytes)
    var page = ParquetPage()
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1: page.kind = try reader.integer(kind)
      case 2: page.size = try reader.count(kind)
      case 3: page.compressedSize = try reader.count(kind)
      case 4: page.checksum = try reader.integer(kind)
      case 5 where kind == .structure: try page.dataHeader(&reader)
      case 7 where kind == .structure: try page.dictionaryHeader(&reader)
      case 8 where kind == .structure: try page.dataHeaderV2(&reader)
      default: return false
      }
      return true
    }
    guard page.kind >= 0 else { throw .parquet("a page without a kind") }
    page.headerSize = reader.position
    self = page
  }

  private init() {}

  private mutating func dataHeader(_ reader: inout ThriftReader) throws(TareError) {
    var page = self
    page.hasHeader = true
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1: page.valueCount = try reader.count(kind)
      case 2: page.encoding = try reader.integer(kind)
      case 3: page.definitionEncoding = try reader.integer(kind)
      case 4: page.repetitionEncoding = try reader.integer(kind)
      default: return false
      }
      return true
    }
    self = page
  }

  private mutating func dictionaryHeader(_ reader: inout ThriftReader) throws(TareError) {
    var page = self
    page.hasHeader = true
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1: page.valueCount = try reader.count(kind)
      case 2: page.encoding = try reader.integer(kind)
      default: return false
      }
      return true
    }
    self = page
  }

  private mutating func dataHeaderV2(_ reader: inout ThriftReader) throws(TareError) {
    var page = self
    page.hasHeader = true
    try reader.structure { (reader, field, kind) throws(TareError) in
      switch field {
      case 1: page.valueCount = try reader.count(kind)
      case 4: page.encoding = try reader.integer(kind)
      case 5: page.definitionSize = try reader.count(kind)
      case 6: page.repetitionSize = try reader.count(kind)
      case 7: page.isCompressed = try reader.bool(kind)
      default: return false
      }
      return true
    }
    self = page
  }

  /// - Throws: `TareError.badData` if the page's bytes are not those that its writer summed up.
  func check(_ bytes: ParquetBytes) throws(TareError) {
    guard let checksum else { return }
    let sum = crc32_z(
      0, bytes.buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard UInt32(truncatingIfNeeded: checksum) == UInt32(truncatingIfNeeded: sum) else {
      throw .parquet("a page whose checksum does not match")
    }
  }
}
