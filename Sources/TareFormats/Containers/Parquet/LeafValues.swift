/// The values of one leaf, as they are decoded page by page.
internal import TareCore

/// Flat leaves get a place for every row at once; others keep their levels, and only the values
/// that are
/// there.
struct LeafValues: Sendable {
  let leaf: ParquetLeaf
  /// Levels and values together, those that are missing too.
  private(set) var count = 0
  var bools: [Bool] = []
  var integers: [Int64] = []
  var numbers: [Double] = []
  var texts = TextValues()
  /// Of a flat leaf, [row]; nil as long as none is missing.
  private(set) var missing: [Bool]?
  /// Levels of a leaf that is not flat, [entry]; empty where all are 0 by the schema.
  private(set) var definitions: [UInt8] = []
  private(set) var repetitions: [UInt8] = []

  init(_ leaf: ParquetLeaf) { self.leaf = leaf }

  /// - Parameter bytes: of texts.
  mutating func reserve(_ count: Int, bytes: Int) {
    switch leaf.physical {
    case .boolean: bools.reserveCapacity(count)
    case .int32, .int64: integers.reserveCapacity(count)
    case .float, .double: numbers.reserveCapacity(count)
    case .int96, .byteArray, .fixedLengthByteArray: texts.reserve(count, bytes: bytes)
    }
  }

  // MARK: - Levels

  /// A page's entries whose values are all there.
  mutating func addPresent(_ count: Int) {
    self.count += count
    missing?.append(contentsOf: repeatElement(false, count: count))
  }

  /// A page's entries of a flat leaf, some of them missing; its values stand from `first` on.
  mutating func add(levels: [UInt8], valuesFrom first: Int) {
    if missing == nil { missing = [Bool](repeating: false, count: count) }
    missing?.append(contentsOf: levels.lazy.map { $0 == 0 })
    count += levels.count
    switch leaf.physical {
    case .boolean: Self.spread(&bools, from: first, levels, filler: false)
    case .int32, .int64: Self.spread(&integers, from: first, levels, filler: 0)
    case .float, .double: Self.spread(&numbers, from: first, levels, filler: 0)
    case .int96, .byteArray, .fixedLengthByteArray: texts.spread(from: first, levels)
    }
  }

  /// A page's levels of a leaf that is not flat.
  mutating func add(definitions: [UInt8], repetitions: [UInt8], count: Int) {
    self.definitions.append(contentsOf: definitions)
    self.repetitions.append(contentsOf: repetitions)
    self.count += count
  }

  /// How many values there are; for texts the rows that they have places for.
  var valueCount: Int {
    switch leaf.physical {
    case .boolean: bools.count
    case .int32, .int64: integers.count
    case .float, .double: numbers.count
    case .int96, .byteArray, .fixedLengthByteArray: texts.count
    }
  }

  /// Makes room for entries that are missing between values that stand one behind the other.
  static func spread<Value>(
    _ values: inout [Value], from first: Int, _ levels: [UInt8], filler: Value
  ) {
    var next = values.count - 1
    values.append(
      contentsOf: repeatElement(filler, count: levels.count - (values.count - first)))
    for index in levels.indices.reversed() {
      if levels[index] > 0 {
        values[first + index] = values[next]
        next -= 1
      } else {
        values[first + index] = filler
      }
    }
  }

  // MARK: - Parts

  /// Those of the row groups that follow.
  mutating func append(_ other: LeafValues, _ budget: ParquetBudget) throws(TareError) {
    bools += other.bools
    integers += other.integers
    numbers += other.numbers
    try texts.append(other.texts, budget)
    definitions += other.definitions
    repetitions += other.repetitions
    if missing != nil || other.missing != nil {
      let before = missing ?? [Bool](repeating: false, count: count)
      missing = before + (other.missing ?? [Bool](repeating: false, count: other.count))
    }
    count += other.count
  }

  // MARK: - A column

  /// The values as they are stored, one for each place that the leaf has.
  func column() -> Column {
    if leaf.isFlat { return column(missing) }
    guard leaf.definition > 0 else { return column(nil) }
    var missing: [Bool] = []
    missing.reserveCapacity(count)
    for level in definitions where level >= leaf.slot { missing.append(level < leaf.definition) }
    guard missing.contains(true) else { return column(nil) }
    let levels = missing.map { $0 ? UInt8(0) : 1 }
    var spaced = self
    switch leaf.physical {
    case .boolean: Self.spread(&spaced.bools, from: 0, levels, filler: false)
    case .int32, .int64: Self.spread(&spaced.integers, from: 0, levels, filler: 0)
    case .float, .double: Self.spread(&spaced.numbers, from: 0, levels, filler: 0)
    case .int96, .byteArray, .fixedLengthByteArray: spaced.texts.spread(from: 0, levels)
    }
    return spaced.column(missing)
  }

  private func column(_ missing: [Bool]?) -> Column {
    if let missing, !missing.isEmpty, !missing.contains(false) {
      return Column(.nothing(count: missing.count))
    }
    switch leaf.physical {
    case .boolean: return Column(.bools(bools), missing: missing)
    case .int32, .int64: return Column(.integers(integers), missing: missing)
    case .float, .double: return Column(.numbers(numbers), missing: missing)
    case .int96, .byteArray, .fixedLengthByteArray:
      return Column(texts.values, missing: missing)
    }
  }
}
