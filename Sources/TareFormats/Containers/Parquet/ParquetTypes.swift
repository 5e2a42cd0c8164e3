/// The names and numbers of the Parquet format (parquet-format, parquet.thrift).

enum ParquetPhysical: Int, Sendable {
  case boolean, int32, int64, int96, float, double, byteArray, fixedLengthByteArray

  /// Bytes of a value in PLAIN encoding; nil where values have lengths of their own.
  func size(typeLength: Int) -> Int? {
    switch self {
    case .boolean, .byteArray: nil
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .fixedLengthByteArray: typeLength
    }
  }
}

enum ParquetRepetition: Int, Sendable {
  case required, optional, repeated
}

enum ParquetEncoding: Int, Sendable {
  case plain = 0
  case plainDictionary = 2
  case rle = 3
  case bitPacked = 4
  case deltaBinaryPacked = 5
  case deltaLengthByteArray = 6
  case deltaByteArray = 7
  case rleDictionary = 8
  case byteStreamSplit = 9
}

/// What values mean beyond how they are stored.
enum ParquetLogical: Sendable, Equatable {
  /// No more than what they are stored as.
  case plain
  case text
  case decimal(scale: Int)
  case date
  case time(perSecond: Int64)
  /// `isUTC` else without a zone.
  case timestamp(perSecond: Int64, isUTC: Bool)
  case integer(bits: Int, isSigned: Bool)
  case nothing
  case uuid
  case float16
  case interval
  case list
  case map
  /// Binary with a format of its own (BSON, geometry).
  case binary
}

/// An element of the schema as the file writes it.
struct ParquetElement: Sendable, Equatable {
  var name = ""
  var physical: ParquetPhysical?
  var typeLength = 0
  var repetition: ParquetRepetition?
  var childCount = 0
  var converted: Int?
  var scale: Int?
  var precision: Int?
  var logical: ParquetLogical = .plain
  /// The element in Thrift, to be written again as it was.
  var encoded: [UInt8] = []
}
