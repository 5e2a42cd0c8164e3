/// The types of Arrow columns, by the names and numbers of the format (apache/arrow, format/Schema.fbs).

enum ArrowType: Equatable {
  case null
  case bool
  case integer(bits: Int, isSigned: Bool)
  case float(bits: Int)
  case decimal(bits: Int, scale: Int)
  /// Variable length; `isLarge` with offsets of 64 bits.
  case text(isLarge: Bool)
  case binary(isLarge: Bool)
  case textView
  case binaryView
  case fixedBinary(size: Int)
  /// Days, or else milliseconds.
  case date(isDays: Bool)
  case time(perSecond: Int64, bits: Int)
  /// `isUTC` where the column has a time zone: its values count in UTC.
  case timestamp(perSecond: Int64, isUTC: Bool)
  case duration(perSecond: Int64)
  case list(isLarge: Bool)
  case listView(isLarge: Bool)
  case fixedList(size: Int)
  case structure
  case map
  case runEnd
}

/// A column of the schema, or one within another.
struct ArrowField: Equatable {
  let name: String
  let type: ArrowType
  /// Where values are numbers of a dictionary's entries.
  let dictionary: Dictionary?
  let children: [ArrowField]
  /// The name of the extension type that the values are of.
  let extensionName: String?

  struct Dictionary: Equatable {
    let id: Int64
    let bits: Int
    let isSigned: Bool
  }
}

/// What a file says of its columns.
struct ArrowSchema: Equatable {
  let fields: [ArrowField]
  let metadata: [Entry]

  struct Entry: Equatable {
    let key: String
    let value: String
  }
}
