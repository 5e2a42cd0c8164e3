/// The schema that a column is written with.
internal import TareCore

extension ParquetElement {
  private enum Converted: Int {
    case text = 0
    case list = 3
  }

  /// Numbers of the union LogicalType.
  private enum Logical: Int {
    case string = 1
    case list = 3
    case unknown = 11
  }

  private init(
    _ name: String, _ repetition: ParquetRepetition?, _ physical: ParquetPhysical? = nil,
    childCount: Int = 0, converted: Converted? = nil, logical: Logical? = nil,
    meaning: ParquetLogical = .plain
  ) {
    self.name = name
    self.physical = physical
    self.repetition = repetition
    self.childCount = childCount
    self.converted = converted?.rawValue
    self.logical = meaning
    encoded = ThriftWriter.structure { writer in
      if let physical { writer.field(1, int32: physical.rawValue) }
      if let repetition { writer.field(3, int32: repetition.rawValue) }
      writer.field(4, name)
      if physical == nil { writer.field(5, int32: childCount) }
      if let converted { writer.field(6, int32: converted.rawValue) }
      if let logical {
        writer.field(10) { union in union.field(logical.rawValue) { _ in } }
      }
    }
  }

  static func root(childCount: Int) -> ParquetElement {
    ParquetElement("schema", nil, childCount: childCount)
  }

  /// A column's elements, each of which may be without a value.
  ///
  /// - Throws: `TareError.badData` for objects without members, for which Parquet has no form.
  static func all(_ name: String, _ column: Column) throws(TareError) -> [ParquetElement] {
    switch column.values {
    case .bools: return [ParquetElement(name, .optional, .boolean)]
    case .integers: return [ParquetElement(name, .optional, .int64)]
    case .numbers: return [ParquetElement(name, .optional, .double)]
    case .texts, .names:
      return [
        ParquetElement(
          name, .optional, .byteArray, converted: .text, logical: .string, meaning: .text)
      ]
    case .nothing:
      return [
        ParquetElement(name, .optional, .int32, logical: .unknown, meaning: .nothing)
      ]
    case .lists(_, let elements):
      return [
        ParquetElement(
          name, .optional, childCount: 1, converted: .list, logical: .list, meaning: .list),
        ParquetElement("list", .repeated, childCount: 1),
      ] + (try all("element", elements))
    case .objects(let members, _):
      guard !members.isEmpty else {
        throw .badData(
          place: "column '\(name)'", found: "objects without members",
          accepted: "objects with at least one member, for Parquet")
      }
      var elements = [ParquetElement(name, .optional, childCount: members.count)]
      for member in members { elements += try all(member.name, member.column) }
      return elements
    }
  }

  /// The names on the way to each leaf.
  static func paths(_ elements: [ParquetElement]) -> [[String]] {
    var paths: [[String]] = []
    var position = 0
    func walk(_ around: [String]) {
      let element = elements[position]
      position += 1
      let path = around + [element.name]
      if element.physical != nil, element.childCount == 0 { paths.append(path) }
      for _ in 0..<element.childCount where position < elements.count { walk(path) }
    }
    while position < elements.count { walk([]) }
    return paths
  }
}
