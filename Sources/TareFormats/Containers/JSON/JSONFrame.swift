/// The ways in which one JSON value holds a table: pandas' `to_json` and `to_dict`, datasets' and the
/// hub viewer's pages, a list of rows, or a single row.
import TareCore

enum JSONFrame: Sendable, Equatable {
  /// `[{"score": 1}, …]`
  case records
  /// `{"score": {"0": 1, …}}`, pandas' default; the keys are the rows' labels.
  case columns
  /// `{"0": {"score": 1}, …}`
  case index
  /// `{"columns": ["score"], "index": [0, …], "data": [[1], …]}`
  case split
  /// `{"schema": {"fields": […]}, "data": [{"score": 1}, …]}`
  case table
  /// `{"score": [1, …]}`
  case lists
  /// `{"data": [{"score": 1}, …]}`, the member's name.
  case wrapped(String)
  /// `{"rows": [{"row": {"score": 1}}, …]}`
  case hub
  /// `{"score": 1}`
  case row

  static let summary =
    "an array of objects, one object, or pandas' to_json (orient columns, records, split, index or table)"
}

// MARK: - Recognition

extension JSONFrame {
  /// - Throws: `TareError.badData` for what holds no table, and for rows without column names.
  init(_ value: JSONValue) throws(TareError) {
    switch value {
    case .array(let elements):
      if elements.first?.array != nil { throw Self.values }
      self = .records
    case .object(let object): self = try Self.of(object)
    default: throw .badData(place: "", found: value.kindName, accepted: Self.summary)
    }
  }

  private static var values: TareError {
    .badData(
      place: "", found: "rows without column names (pandas' orient values)",
      accepted: "df.to_json(orient=\"records\", lines=True), or any orient but values")
  }

  private static func of(_ object: JSONObject) throws(TareError) -> JSONFrame {
    let data = object["data"]?.array
    if let data, object["schema"]?["fields"]?.array != nil, isObjects(data) { return .table }
    if let data, object["columns"]?.array != nil, data.allSatisfy({ $0.array != nil }) {
      return .split
    }
    if let rows = object["rows"]?.array, isObjects(rows) {
      return rows.allSatisfy { $0["row"]?.object != nil } ? .hub : .wrapped("rows")
    }
    for name in ["results", "records", "examples"] where !object.keys.contains(where: isColumn) {
      if let rows = object[name]?.array, isObjects(rows), isTheOnlyList(name, in: object) {
        return .wrapped(name)
      }
    }
    if let data {
      if isObjects(data) { return .wrapped("data") }
      if object.keys.count == 1, data.first?.array != nil { throw values }
    }
    return frame(ofMembers: object)
  }

  /// Whether the other members say something of all rows, such as the model's name.
  private static func isTheOnlyList(_ name: String, in object: JSONObject) -> Bool {
    object.members.allSatisfy { key, value in
      key == name || (value.array == nil && value.object == nil)
    }
  }

  private static func isObjects(_ values: [JSONValue]) -> Bool {
    !values.isEmpty && values.allSatisfy { $0.object != nil }
  }

  /// What an object's members are, columns or rows or the cells of one row.
  private static func frame(ofMembers object: JSONObject) -> JSONFrame {
    let members = object.members
    let lists = members.compactMap(\.value.array)
    if let count = lists.first?.count, count > 0, lists.count == members.count,
      lists.allSatisfy({ $0.count == count }), !members.contains(where: isCell)
    {
      return .lists
    }
    let objects = members.compactMap(\.value.object)
    guard let first = objects.first?.keys, !first.isEmpty, objects.count == members.count else {
      return .row
    }
    // Labels of rows are numbers as a rule; else a column's name that Tare knows tells.
    if objects.allSatisfy({ $0.keys == first }),
      first.allSatisfy(isNumber) || object.keys.contains(where: isColumn)
    {
      // Two messages, a pair of them, have the same members.
      return first.contains { ["role", "from"].contains($0) } ? .row : .columns
    }
    if object.keys.allSatisfy(isNumber) || (first.contains(where: isColumn) && objects.count > 1) {
      return object.keys.contains(where: isColumn) ? .row : .index
    }
    return .row
  }

  /// Whether a list is the cell of one row: messages and other objects, or several responses and what belongs to them.
  private static func isCell(_ member: (key: String, value: JSONValue)) -> Bool {
    guard let elements = member.value.array, let first = elements.first else { return false }
    if first.object != nil { return true }
    return ["responses", "completions", "scores", "labels", "steps"].contains(member.key)
      && first.array == nil
  }

  private static func isNumber(_ text: String) -> Bool { Int(text) != nil }

  private static let known: Set = [
    "score", "reward", "label", "gold", "role", "prompt", "response", "chosen", "rejected",
    "prompt_id", "completion", "instruction", "output", "messages", "question", "answer", "length",
    "score_chosen", "score_rejected", "subset",
  ]

  private static func isColumn(_ name: String) -> Bool {
    known.contains(name.foldedName)
  }
}

// MARK: - Rows

extension JSONFrame {
  /// The rows of a value that is laid out so.
  ///
  /// - Throws: `TareError.badData` for an element that is none of a table.
  func rows(of value: JSONValue) throws(TareError) -> [JSONObject] {
    switch self {
    case .records: return try Self.objects(value.array ?? [])
    case .wrapped(let key): return try Self.objects(value[key]?.array ?? [])
    case .table: return try Self.withoutIndex(Self.objects(value["data"]?.array ?? []), value)
    case .hub: return (value["rows"]?.array ?? []).map { $0["row"]?.object ?? [:] }
    case .row: return [value.object ?? [:]]
    case .lists: return Self.transposed(value.object ?? [:]) { $0.array ?? [] }
    case .columns:
      let object = value.object ?? [:]
      let rows = Self.transposed(object) { $0.object?.members.map(\.value) ?? [] }
      return Self.labelled(rows, object.members.first?.value.object?.keys ?? [])
    case .index:
      let members = value.object?.members ?? []
      return Self.labelled(members.map { $0.value.object ?? [:] }, members.map(\.key))
    case .split: return try Self.split(value)
    }
  }

  private static func objects(_ elements: [JSONValue]) throws(TareError) -> [JSONObject] {
    var rows: [JSONObject] = []
    rows.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let object = element.object else {
        throw .badData(place: "row \(index + 1)", found: element.kindName, accepted: "an object")
      }
      rows.append(object)
    }
    return rows
  }

  private static func transposed(
    _ columns: JSONObject, _ cells: (JSONValue) -> [JSONValue]
  ) -> [JSONObject] {
    var rows: [JSONObject] = []
    for (column, value) in columns.members {
      let cells = cells(value)
      if rows.isEmpty { rows = [JSONObject](repeating: [:], count: cells.count) }
      for (row, cell) in cells.enumerated() where row < rows.count { rows[row][column] = cell }
    }
    return rows
  }

  /// Rows with their labels as a column `index`, where those are more than the rows' numbers.
  private static func labelled(_ rows: [JSONObject], _ labels: [String]) -> [JSONObject] {
    guard labels.contains(where: { !isNumber($0) }), rows.first?["index"] == nil else {
      return rows
    }
    return zip(rows, labels).map { row, label in
      var row = row
      row["index"] = .string(label)
      return row
    }
  }

  private static func split(_ value: JSONValue) throws(TareError) -> [JSONObject] {
    var names: [String] = []
    for name in value["columns"]?.array ?? [] {
      let text = name.string ?? name.text()
      guard !names.contains(text) else {
        throw .badData(
          place: "columns", found: "the name '\(text)' twice", accepted: "unique column names")
      }
      names.append(text)
    }
    var rows: [JSONObject] = []
    for (index, cells) in (value["data"]?.array ?? []).enumerated() {
      let cells = cells.array ?? []
      guard cells.count == names.count else {
        throw .badData(
          place: "row \(index + 1)", found: "\(cells.count) values",
          accepted: "\(names.count) values, as many as 'columns' has")
      }
      var row = JSONObject()
      for (name, cell) in zip(names, cells) { row[name] = cell }
      rows.append(row)
    }
    let labels = (value["index"]?.array ?? []).map { $0.string ?? $0.text() }
    return labels.count == rows.count ? labelled(rows, labels) : rows
  }

  /// pandas writes the rows' numbers as a column `index`; it would be taken for the responses' places.
  private static func withoutIndex(_ rows: [JSONObject], _ value: JSONValue) -> [JSONObject] {
    guard value["schema"]?["primaryKey"]?.array == [.string("index")],
      rows.enumerated().allSatisfy({ $1["index"]?.int == $0 })
    else { return rows }
    return rows.map { row in
      var rest = JSONObject()
      for (key, value) in row.members where key != "index" { rest[key] = value }
      return rest
    }
  }
}

// MARK: - Writing

extension JSONFrame {
  /// The value with some of its rows, and columns added or replaced.
  ///
  /// - Parameters:
  ///   - rows: those of `rows(of:)`, with the columns in them.
  ///   - selected: which of the value's rows they are.
  func encoded(
    _ rows: [JSONObject], _ selected: [Int], adding added: [TableColumn], in value: JSONValue
  ) -> JSONValue {
    let objects = JSONValue.array(rows.map { .object($0) })
    var whole = value.object ?? [:]
    switch self {
    case .records: return objects
    case .row: return rows.count == 1 ? .object(rows[0]) : objects
    case .wrapped(let key): whole[key] = objects
    case .hub:
      let places = value["rows"]?.array ?? []
      whole["rows"] = .array(
        zip(selected, rows).map { place, row in
          var object = places[place].object ?? [:]
          object["row"] = .object(row)
          return .object(object)
        })
    case .table: whole = table(rows, selected, added, in: whole)
    case .lists:
      for (name, cells) in value.object?.members ?? [] {
        whole[name] = .array(selected.map { cells.array?[$0] ?? .null })
      }
      for column in added { whole[column.name] = .array(column.values) }
    case .columns:
      let labels = value.object?.members.first?.value.object?.keys ?? []
      func column(_ cells: [JSONValue]) -> JSONValue {
        var object = JSONObject()
        for (row, cell) in zip(selected, cells) { object[labels[row]] = cell }
        return .object(object)
      }
      for (name, cells) in value.object?.members ?? [] {
        let values = cells.object?.members.map(\.value) ?? []
        whole[name] = column(selected.map { values[$0] })
      }
      for new in added { whole[new.name] = column(new.values) }
    case .index:
      let members = value.object?.members ?? []
      whole = [:]
      for (position, place) in selected.enumerated() {
        var row = members[place].value.object ?? [:]
        for column in added { row[column.name] = column.values[position] }
        whole[members[place].key] = .object(row)
      }
    case .split:
      var names = (value["columns"]?.array ?? []).map { $0.string ?? $0.text() }
      names += added.map(\.name).filter { !names.contains($0) }
      let labels = value["index"]?.array
      whole["columns"] = .array(names.map { .string($0) })
      if let labels, labels.count == value["data"]?.array?.count {
        whole["index"] = .array(selected.map { labels[$0] })
      }
      whole["data"] = .array(rows.map { row in .array(names.map { row[$0] ?? .null }) })
    }
    return .object(whole)
  }

  private func table(
    _ rows: [JSONObject], _ selected: [Int], _ added: [TableColumn], in value: JSONObject
  ) -> JSONObject {
    var whole = value
    var schema = value["schema"]?.object ?? [:]
    var fields = schema["fields"]?.array ?? []
    for column in added where !fields.contains(where: { $0["name"]?.string == column.name }) {
      let type = column.values.allSatisfy { $0.string == nil } ? "number" : "string"
      fields.append(["name": .string(column.name), "type": .string(type)])
    }
    schema["fields"] = .array(fields)
    whole["schema"] = .object(schema)
    let before = value["data"]?.array ?? []
    whole["data"] = .array(
      zip(selected, rows).map { place, row in
        var object = before[place].object ?? [:]
        for (key, value) in row.members { object[key] = value }
        return .object(object)
      })
    return whole
  }
}
