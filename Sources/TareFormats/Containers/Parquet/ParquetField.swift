/// A column of a Parquet file, or a member of one, by what its levels mean.
internal import TareCore

struct ParquetField: Sendable {
  let name: String
  /// Whether a value may be missing here, and not in something around it only.
  let isOptional: Bool
  /// The definition level from which on there is a value.
  let present: UInt8
  let kind: Kind
  /// Which leaves of the file are within.
  let leaves: Range<Int>

  indirect enum Kind: Sendable {
    case leaf(ParquetLeaf)
    case object([ParquetField])
    /// `defined`: the definition level of an element; `repeated`: the repetition level of all but
    /// the
    /// first.
    case list(element: ParquetField, defined: UInt8, repeated: UInt8)
  }
}

/// Values that are stored: what levels go with them and what they mean.
struct ParquetLeaf: Sendable {
  /// Its place among the leaves of the file.
  let index: Int
  let element: ParquetElement
  let physical: ParquetPhysical
  let definition: UInt8
  let repetition: UInt8
  /// The definition level below which there is not even a place for a value: a list around it is
  /// empty.
  let slot: UInt8
  /// Whether its values are rows, with nothing around them.
  let isFlat: Bool
}

struct ParquetSchema: Sendable {
  private(set) var fields: [ParquetField] = []
  /// The elements of each field as the file writes them, [field].
  private(set) var elements: [[ParquetElement]] = []
  private(set) var leaves: [ParquetLeaf] = []

  /// Deeper than any table of use, and so shallow that no recursion over it can fail.
  private static let deepest = 60

  /// - Parameter all: the elements from the root on, parents before their children.
  init(_ all: [ParquetElement]) throws(TareError) {
    guard let root = all.first, root.physical == nil || root.childCount > 0 else {
      throw .parquet("no schema")
    }
    var position = 1
    for _ in 0..<root.childCount {
      let start = position
      let field = try field(all, &position, Around())
      fields.append(field)
      elements.append(Array(all[start..<position]))
    }
    guard position == all.count else {
      throw .parquet("\(all.count - position) elements of the schema that belong to no column")
    }
  }

  /// What stands around an element.
  private struct Around {
    var definition = 0
    var repetition = 0
    var slot = 0
    var depth = 0
  }

  private mutating func field(
    _ all: [ParquetElement], _ position: inout Int, _ around: Around
  ) throws(TareError) -> ParquetField {
    guard position < all.count else { throw .parquet("a schema that ends too early") }
    let element = all[position]
    guard element.repetition == .repeated else {
      return try value(all, &position, around, isOptional: element.repetition == .optional)
    }
    // The oldest form of a list: a field that is repeated, with nothing around it.
    var inner = around
    inner.definition += 1
    inner.repetition += 1
    inner.slot = inner.definition
    inner.depth += 1
    let first = leaves.count
    let content = try value(all, &position, inner, isOptional: false)
    return ParquetField(
      name: element.name, isOptional: false, present: UInt8(around.definition),
      kind: .list(
        element: content, defined: UInt8(inner.definition), repeated: UInt8(inner.repetition)),
      leaves: first..<leaves.count)
  }

  /// An element but for its repetition, which has been seen to.
  private mutating func value(
    _ all: [ParquetElement], _ position: inout Int, _ around: Around, isOptional: Bool
  ) throws(TareError) -> ParquetField {
    let element = all[position]
    guard around.depth < Self.deepest else {
      throw .unsupportedParquet(
        "the column '\(element.name)' within \(Self.deepest) others", accepted: "fewer levels")
    }
    position += 1
    var inner = around
    if isOptional { inner.definition += 1 }
    inner.depth += 1
    let present = UInt8(inner.definition)
    let first = leaves.count
    let kind: ParquetField.Kind
    if element.childCount == 0, let physical = element.physical {
      let leaf = ParquetLeaf(
        index: first, element: element, physical: physical, definition: present,
        repetition: UInt8(inner.repetition), slot: UInt8(inner.slot), isFlat: around.depth == 0)
      try Self.check(leaf)
      leaves.append(leaf)
      kind = .leaf(leaf)
    } else if isList(all, position - 1) {
      kind = try list(all, &position, inner)
    } else {
      guard element.physical == nil, element.childCount <= all.count - position else {
        throw .parquet("'\(element.name)' with \(element.childCount) members in its schema")
      }
      var members: [ParquetField] = []
      for _ in 0..<element.childCount { members.append(try field(all, &position, inner)) }
      kind = .object(members)
    }
    return ParquetField(
      name: element.name, isOptional: isOptional, present: present, kind: kind,
      leaves: first..<leaves.count)
  }

  /// Whether an element is annotated as list or map, and has the one repeated child that they have.
  private func isList(_ all: [ParquetElement], _ position: Int) -> Bool {
    let element = all[position]
    return (element.logical == .list || element.logical == .map) && element.childCount == 1
      && position + 1 < all.count && all[position + 1].repetition == .repeated
  }

  /// The content of a list or map, by the rules of parquet-format's LogicalTypes.md.
  private mutating func list(
    _ all: [ParquetElement], _ position: inout Int, _ around: Around
  ) throws(TareError) -> ParquetField.Kind {
    let repeated = all[position]
    let owner = all[position - 1]
    var inner = around
    inner.definition += 1
    inner.repetition += 1
    inner.slot = inner.definition
    inner.depth += 1
    let isElement =
      repeated.childCount != 1 || owner.logical == .map || repeated.name == "array"
      || repeated.name == owner.name + "_tuple"
      || (position + 1 < all.count && all[position + 1].repetition == .repeated)
    let element: ParquetField
    if isElement {
      element = try value(all, &position, inner, isOptional: false)
    } else {
      position += 1
      element = try field(all, &position, inner)
    }
    return .list(
      element: element, defined: UInt8(inner.definition), repeated: UInt8(inner.repetition))
  }

  private static func check(_ leaf: ParquetLeaf) throws(TareError) {
    let element = leaf.element
    func fail(_ what: String) -> TareError {
      .parquet("\(what) in the schema of '\(element.name)'")
    }
    if leaf.physical == .fixedLengthByteArray {
      guard element.typeLength > 0, element.typeLength <= 1 << 20 else {
        throw fail("values of \(element.typeLength) bytes")
      }
    }
    switch element.logical {
    case .decimal(let scale):
      guard (0...76).contains(scale) else { throw fail("the scale \(scale)") }
      switch leaf.physical {
      case .int32, .int64, .byteArray: break
      case .fixedLengthByteArray where element.typeLength <= 64: break
      default: throw fail("decimals stored as \(leaf.physical)")
      }
    case .date:
      guard leaf.physical == .int32 else { throw fail("dates stored as \(leaf.physical)") }
    case .time, .timestamp:
      guard leaf.physical == .int32 || leaf.physical == .int64 else {
        throw fail("times stored as \(leaf.physical)")
      }
    case .integer(let bits, _):
      guard leaf.physical == .int32 || leaf.physical == .int64, [8, 16, 32, 64].contains(bits)
      else { throw fail("integers of \(bits) bits stored as \(leaf.physical)") }
    case .uuid:
      guard leaf.physical == .fixedLengthByteArray, element.typeLength == 16 else {
        throw fail("UUIDs of \(element.typeLength) bytes")
      }
    case .float16:
      guard leaf.physical == .fixedLengthByteArray, element.typeLength == 2 else {
        throw fail("half-precision numbers of \(element.typeLength) bytes")
      }
    case .text:
      guard leaf.physical == .byteArray || leaf.physical == .fixedLengthByteArray else {
        throw fail("text stored as \(leaf.physical)")
      }
    default: break
    }
  }
}
