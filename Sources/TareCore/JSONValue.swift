/// JSON as a value, with objects that keep their order and integers that stay integers.

package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits, as it is written; a double can hold one of its size.
  case bigInt(String)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue: Hashable {
  /// Texts are told apart by their bytes.
  package static func == (first: JSONValue, second: JSONValue) -> Bool {
    switch (first, second) {
    case (.null, .null): true
    case (.bool(let first), .bool(let second)): first == second
    case (.int(let first), .int(let second)): first == second
    case (.bigInt(let first), .bigInt(let second)): first == second
    case (.double(let first), .double(let second)): first == second
    case (.string(let first), .string(let second)): first.isExactly(second)
    case (.array(let first), .array(let second)): first == second
    case (.object(let first), .object(let second)): first == second
    case (.null, _), (.bool, _), (.int, _), (.bigInt, _), (.double, _), (.string, _), (.array, _),
      (.object, _):
      false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: break
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .bigInt(let digits): hasher.combine(digits)
    case .double(let value): hasher.combine(value)
    case .string(let text): hasher.combine(text)
    case .array(let elements): hasher.combine(elements)
    case .object(let object): hasher.combine(object)
    }
  }
}

/// A JSON object in the order of its source. A key that stands twice keeps its first place and its
/// last value, as Python's `json` does.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
  /// Key and value of each member, in order.
  package private(set) var members: [(key: String, value: JSONValue)] = []
  /// Where each key stands; empty in an object of few members, which are looked through.
  private var places: [ExactText: Int] = [:]
  /// Members that are found by looking as soon as by a table, which would take most of the memory.
  private static let few = 12

  package init() {}

  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  package var isEmpty: Bool { members.isEmpty }
  package var count: Int { members.count }
  package var keys: [String] { members.map(\.key) }

  /// Whether these are its keys, in this order.
  package func hasKeys(_ keys: [String]) -> Bool {
    members.count == keys.count && zip(members, keys).allSatisfy { $0.key.isExactly($1) }
  }

  package subscript(key: String) -> JSONValue? {
    get { place(of: key).map { members[$0].value } }
    set {
      switch (place(of: key), newValue) {
      case (let place?, let value?): members[place].value = value
      case (nil, let value?):
        members.append((key, value))
        if !places.isEmpty {
          places[ExactText(key)] = members.count - 1
        } else if members.count > Self.few {
          findPlaces()
        }
      case (let place?, nil):
        members.remove(at: place)
        findPlaces()
      case (nil, nil): break
      }
    }
  }

  private func place(of key: String) -> Int? {
    places.isEmpty
      ? members.firstIndex { $0.key.isExactly(key) } : places[ExactText(key)]
  }

  private mutating func findPlaces() {
    places = [:]
    guard members.count > Self.few else { return }
    for (place, member) in members.enumerated() { places[ExactText(member.key)] = place }
  }
}

extension JSONObject: Hashable {
  package static func == (first: JSONObject, second: JSONObject) -> Bool {
    first.members.elementsEqual(second.members) {
      $0.key.isExactly($1.key) && $0.value == $1.value
    }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(members.count)
    for (key, value) in members {
      hasher.combine(key)
      hasher.combine(value)
    }
  }
}

extension JSONValue {
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var int: Int? { if case .int(let value) = self { value } else { nil } }
  /// The number, whether it was written as an integer or not.
  package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .bigInt(let digits): Double(digits)
    case .double(let value): value
    default: nil
    }
  }
  /// Member of an object, element of an array; nil where there is none.
  package subscript(key: String) -> JSONValue? { object?[key] }

  /// What a reply is, for messages: its members' names, or its kind.
  package var outline: String {
    guard let object else { return kindName }
    return object.isEmpty ? "an empty object" : "members \(object.keys.joined(separator: ", "))"
  }

  /// What kind of value this is, for messages.
  package var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .bigInt, .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}
