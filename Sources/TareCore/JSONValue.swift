/// JSON as a value, with objects that keep their order and integers that stay integers.

package enum JSONValue: Sendable, Hashable {
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

/// A JSON object in the order of its source. A key that stands twice keeps its first place and its
/// last value, as Python's `json` does.
package struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  package private(set) var keys: [String] = []
  private var values: [String: JSONValue] = [:]

  package init() {}

  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  package var isEmpty: Bool { keys.isEmpty }
  package var count: Int { keys.count }
  /// Key and value of each member, in order.
  package var members: [(key: String, value: JSONValue)] { keys.map { ($0, values[$0] ?? .null) } }

  package subscript(key: String) -> JSONValue? {
    get { values[key] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
      } else if values.removeValue(forKey: key) != nil {
        keys.removeAll { $0 == key }
      }
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
