/// As what a column is written: its field in the schema.

struct ArrowColumnType {
  let name: String
  /// Whether offsets take 64 bits: where all values together are past what 32 can say.
  let isLarge: Bool
  /// The dictionary of the column's texts; nil where each row has its text.
  let dictionary: Int64?
  let children: [ArrowColumnType]
  /// The type's number in the union `Type`, and its parameters.
  private let type: (number: Int8, parameters: [FlatValue?])

  private static let integers: [FlatValue?] = [.int32(64), .flag(true)]

  /// - Parameter dictionaries: gets the texts of all dictionaries, by their ids; nil where texts are
  ///   written row by row.
  init(_ name: String, _ column: Column, _ dictionaries: inout [Texts]?) {
    self.name = name
    var isLarge = false
    var dictionary: Int64?
    var children: [ArrowColumnType] = []
    switch column.values {
    case .nothing: type = (1, [])
    case .bools: type = (6, [])
    case .integers: type = (2, Self.integers)
    case .numbers: type = (3, [.int16(2)])
    case .texts(let texts):
      isLarge = texts.bytes.count > Int(Int32.max)
      type = (isLarge ? 20 : 5, [])
    case .names(let codes, let texts):
      if let id = dictionaries?.count {
        dictionary = Int64(id)
        dictionaries?.append(texts)
        isLarge = texts.bytes.count > Int(Int32.max)
      } else {
        isLarge = Self.length(codes, texts, column.missing) > Int(Int32.max)
      }
      type = (isLarge ? 20 : 5, [])
    case .lists(let starts, let elements):
      isLarge = (starts.last ?? 0) > Int(Int32.max)
      type = (isLarge ? 21 : 12, [])
      children = [ArrowColumnType("item", elements, &dictionaries)]
    case .objects(let members, _):
      type = (13, [])
      for member in members {
        children.append(ArrowColumnType(member.name, member.column, &dictionaries))
      }
    }
    self.isLarge = isLarge
    self.dictionary = dictionary
    self.children = children
  }

  /// A column whose texts are written row by row.
  init(plain name: String, _ column: Column) {
    var none: [Texts]?
    self.init(name, column, &none)
  }

  /// Bytes of all rows' texts.
  private static func length(_ codes: [Int32], _ texts: Texts, _ missing: [Bool]?) -> Int {
    var length = 0
    for (row, code) in codes.enumerated() where missing?[row] != true {
      length += texts.starts[Int(code) + 1] - texts.starts[Int(code)]
    }
    return length
  }

  /// The table `Field`.
  var field: FlatValue {
    let encoding = dictionary.map { id in
      FlatValue.table([.int64(id), .table([.int32(32), .flag(true)])])
    }
    return .table([
      .string(name), .flag(true), .int8(type.number), .table(type.parameters), encoding,
      .tables(children.map(\.field)),
    ])
  }
}
