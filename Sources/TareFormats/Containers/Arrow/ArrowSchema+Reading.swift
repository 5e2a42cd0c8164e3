/// A schema read from a file's metadata.
internal import TareCore

extension ArrowSchema {
  /// Deeper types than anyone writes, and more columns: a table can point at itself.
  private static let maximumDepth = 64
  private static let maximumFields = 100_000

  init(_ table: FlatTable) throws(TareError) {
    guard try table.number(0, default: Int16(0)) == 0 else {
      throw .badData(
        place: "", found: "an Arrow file of big-endian numbers", accepted: "little-endian numbers")
    }
    var left = Self.maximumFields
    fields = try Self.fields(of: table, 1, "", depth: 0, &left)
    metadata = try Self.metadata(of: table, 2, &left)
  }

  private static func metadata(
    of table: FlatTable, _ index: Int, _ left: inout Int
  ) throws(TareError) -> [Entry] {
    var entries: [Entry] = []
    for pair in try table.tables(index) {
      left -= 1
      guard left > 0 else { throw .arrow("more than \(maximumFields) columns and metadata") }
      entries.append(Entry(key: try pair.string(0) ?? "", value: try pair.string(1) ?? ""))
    }
    return entries
  }

  private static func fields(
    of table: FlatTable, _ index: Int, _ parent: String, depth: Int, _ left: inout Int
  ) throws(TareError) -> [ArrowField] {
    guard depth < maximumDepth else { throw .arrow("columns nested more than \(depth) deep") }
    var fields: [ArrowField] = []
    for child in try table.tables(index) {
      left -= 1
      guard left > 0 else { throw .arrow("more than \(maximumFields) columns") }
      let name = try child.string(0) ?? ""
      let place = parent.isEmpty ? name : "\(parent).\(name)"
      do throws(TareError) {
        let children = try Self.fields(of: child, 5, place, depth: depth + 1, &left)
        fields.append(try field(child, name, children, &left))
      } catch {
        // Of nested columns the innermost names itself.
        guard case .badData("", let found, let accepted) = error else { throw error }
        throw .badData(place: "column '\(place)'", found: found, accepted: accepted)
      }
    }
    return fields
  }

  private static func field(
    _ table: FlatTable, _ name: String, _ children: [ArrowField], _ left: inout Int
  ) throws(TareError) -> ArrowField {
    let type = try type(
      try table.number(2, default: UInt8(0)), try table.table(3), childCount: children.count)
    var dictionary: ArrowField.Dictionary?
    if let encoding = try table.table(4) {
      let index = try encoding.table(1)
      dictionary = .init(
        id: try encoding.number(0, default: Int64(0)),
        bits: try bits(index?.number(0, default: Int32(0)) ?? 32, [8, 16, 32, 64]),
        isSigned: try index?.flag(1) ?? true)
    }
    let name = name
    let metadata = try metadata(of: table, 6, &left)
    return ArrowField(
      name: name, type: type, dictionary: dictionary, children: children,
      extensionName: metadata.first { $0.key == "ARROW:extension:name" }?.value)
  }

  private static func bits(_ found: Int32, _ accepted: [Int]) throws(TareError) -> Int {
    guard accepted.contains(Int(found)) else { throw .arrow("numbers of \(found) bits") }
    return Int(found)
  }

  private static let names = [
    "no type", "null", "int", "floating point", "binary", "utf8", "bool", "decimal", "date", "time",
    "timestamp", "interval", "list", "struct", "union", "fixed-size binary", "fixed-size list",
    "map", "duration", "large binary", "large utf8", "large list", "run-end encoded", "binary view",
    "utf8 view", "list view", "large list view",
  ]

  /// - Parameters:
  ///   - number: the type's number in the union `Type`.
  ///   - table: the type's parameters.
  private static func type(
    _ number: UInt8, _ table: FlatTable?, childCount: Int
  ) throws(TareError) -> ArrowType {
    guard let table else { throw .arrow("a column without a type") }
    func children(_ count: Int) throws(TareError) {
      guard childCount == count else {
        throw .arrow("a \(names[Int(number)]) of \(childCount) columns")
      }
    }
    func perSecond(default unit: Int16) throws(TareError) -> Int64 {
      let unit = try table.number(0, default: unit)
      let units: [Int64] = [1, 1000, 1_000_000, 1_000_000_000]
      guard unit >= 0, Int(unit) < units.count else { throw .arrow("the time unit \(unit)") }
      return units[Int(unit)]
    }
    switch number {
    case 1: return .null
    case 2:
      return .integer(
        bits: try bits(try table.number(0, default: 0), [8, 16, 32, 64]),
        isSigned: try table.flag(1))
    case 3:
      let precision = try table.number(0, default: Int16(0))
      guard (0...2).contains(precision) else { throw .arrow("the precision \(precision)") }
      return .float(bits: 16 << Int(precision))
    case 4, 19: return .binary(isLarge: number == 19)
    case 5, 20: return .text(isLarge: number == 20)
    case 6: return .bool
    case 7:
      let scale = try table.number(1, default: Int32(0))
      guard (-76...76).contains(scale) else { throw .arrow("decimals with the scale \(scale)") }
      return .decimal(
        bits: try bits(try table.number(2, default: 128), [32, 64, 128, 256]), scale: Int(scale))
    case 8: return .date(isDays: try table.number(0, default: Int16(1)) == 0)
    case 9:
      return .time(
        perSecond: try perSecond(default: 1),
        bits: try bits(try table.number(1, default: 32), [32, 64]))
    case 10:
      return .timestamp(
        perSecond: try perSecond(default: 0), isUTC: try table.string(1)?.isEmpty == false)
    case 12, 21:
      try children(1)
      return .list(isLarge: number == 21)
    case 13: return .structure
    case 15, 16:
      let size = try table.number(0, default: Int32(0))
      guard size >= 0 else { throw .arrow("values of \(size) elements") }
      if number == 15 { return .fixedBinary(size: Int(size)) }
      try children(1)
      return .fixedList(size: Int(size))
    case 17:
      try children(1)
      return .map
    case 18: return .duration(perSecond: try perSecond(default: 1))
    case 22:
      try children(2)
      return .runEnd
    case 23: return .binaryView
    case 24: return .textView
    case 25, 26:
      try children(1)
      return .listView(isLarge: number == 26)
    default:
      let name = Int(number) < names.count ? names[Int(number)] : "\(number)"
      throw .badData(
        place: "", found: "values of the type \(name)",
        accepted: "numbers, booleans, texts, times, lists, structs, maps, dictionaries")
    }
  }
}
