/// A typed question as a request states it: yes or no, one of several options, or a level.
package import TareCore

package struct DecisionQuestion: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case noul, choice, score
  }

  /// An option and what is said of it: null, a string, an object or an array.
  package struct Option: Sendable, Hashable {
    package var name: String
    package var description: JSONValue

    package init(name: String, description: JSONValue) {
      self.name = name
      self.description = description
    }
  }

  package var name: String
  package var kind: Kind
  /// A string, an object, an array or null.
  package var instructions: JSONValue
  /// In the order of the request; those of a noul are "true" and "false", of a score "0", "1" and so on.
  package var options: [Option]

  package init(name: String, kind: Kind, instructions: JSONValue, options: [Option]) {
    self.name = name
    self.kind = kind
    self.instructions = instructions
    self.options = options
  }
}

extension DecisionQuestion {
  /// A question of a request, refused as transformers 5.23 refuses it.
  /// - Throws: `TareError.badData` whose place names the question.
  package init(named name: String, _ json: JSONValue) throws(TareError) {
    let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    let place = "question '\(name)'"
    guard let object = json.object else {
      throw .badData(
        place: place, found: json.kindName, accepted: "an object with a type of \(kinds)")
    }
    guard let kind = object["type"]?.string.flatMap(Kind.init(rawValue:)) else {
      throw .badData(
        place: "\(place), 'type'", found: object["type"]?.text() ?? "nothing", accepted: kinds)
    }
    let known: Set = ["type", "instructions", "criteria"]
    if let unknown = object.keys.first(where: { !known.contains($0) }) {
      throw .badData(
        place: place, found: "the member '\(unknown)'", accepted: "type, instructions and criteria")
    }
    let instructions = object["instructions"] ?? .null
    guard instructions.isContent || instructions == .null else {
      throw .badData(
        place: "\(place), 'instructions'", found: instructions.kindName,
        accepted: "a string, an object, an array or null")
    }
    let criteria = object["criteria"] ?? .null
    do throws(TareError) {
      self.init(
        name: name, kind: kind, instructions: instructions,
        options: try Self.options(kind, criteria))
    } catch {
      throw error.inside("\(place), 'criteria'")
    }
  }

  private static func options(_ kind: Kind, _ criteria: JSONValue) throws(TareError) -> [Option] {
    switch kind {
    case .noul: return try noulOptions(criteria)
    case .choice: return try choiceOptions(criteria)
    case .score: return try scoreOptions(criteria)
    }
  }

  private static func noulOptions(_ criteria: JSONValue) throws(TareError) -> [Option] {
    guard criteria == .null || criteria.object != nil else {
      throw .badData(place: "", found: criteria.kindName, accepted: "an object or null")
    }
    let members = criteria.object?.members ?? []
    if let other = members.first(where: { !["true", "false"].contains($0.key) }) {
      throw .badData(place: "", found: "'\(other.key)'", accepted: "true and false")
    }
    try checkDescriptions(members)
    return ["true", "false"].map { Option(name: $0, description: criteria[$0] ?? .null) }
  }

  private static func choiceOptions(_ criteria: JSONValue) throws(TareError) -> [Option] {
    guard let members = criteria.object?.members, !members.isEmpty else {
      throw .badData(
        place: "", found: criteria.object == nil ? criteria.kindName : "no option",
        accepted: "an object of options, at least one")
    }
    try checkDescriptions(members)
    return members.map { Option(name: $0.key, description: $0.value) }
  }

  private static func scoreOptions(_ criteria: JSONValue) throws(TareError) -> [Option] {
    guard let levels = criteria.array, !levels.isEmpty else {
      throw .badData(
        place: "", found: criteria.array == nil ? criteria.kindName : "no level",
        accepted: "an array of levels, lowest first, at least one")
    }
    for (index, level) in levels.enumerated() where !level.isContent {
      throw .badData(
        place: "level \(index)", found: level.kindName, accepted: "a string, an object or an array")
    }
    return levels.enumerated().map { Option(name: String($0), description: $1) }
  }

  private static func checkDescriptions(
    _ members: [(key: String, value: JSONValue)]
  ) throws(TareError) {
    for (key, value) in members where !value.isContent && value != .null {
      throw .badData(
        place: "option '\(key)'", found: value.kindName,
        accepted: "a string, an object, an array or null")
    }
  }

  /// The question as a request states it.
  package var json: JSONValue {
    var object: JSONObject = ["type": .string(kind.rawValue)]
    if instructions != .null { object["instructions"] = instructions }
    switch kind {
    case .noul:
      var criteria = JSONObject()
      for option in options where option.description != .null {
        criteria[option.name] = option.description
      }
      if !criteria.isEmpty { object["criteria"] = .object(criteria) }
    case .choice:
      var criteria = JSONObject()
      for option in options { criteria[option.name] = option.description }
      object["criteria"] = .object(criteria)
    case .score: object["criteria"] = .array(options.map(\.description))
    }
    return .object(object)
  }
}

extension JSONValue {
  /// Whether it can be instructions or a description: a string, an object or an array.
  fileprivate var isContent: Bool {
    switch self {
    case .string, .object, .array: true
    default: false
    }
  }
}
