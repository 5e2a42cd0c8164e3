/// One object of a tokenizer file, whose errors name its place.
package import TareCore

package struct Part: Sendable {
  package let object: JSONObject
  /// Where the object stands, such as "tokenizer.json, pre_tokenizer.pretokenizers[1]".
  let place: String

  package init(_ object: JSONObject, place: String) {
    self.object = object
    self.place = place
  }

  /// - Throws: `TareError.badData` if the value is no object.
  init(_ value: JSONValue, place: String) throws(TareError) {
    guard let object = value.object else {
      throw .badData(place: place, found: value.kindName, accepted: "an object")
    }
    self.init(object, place: place)
  }

  func error(_ key: String, _ found: String, _ accepted: String) -> TareError {
    .badData(place: "\(place).\(key)", found: found, accepted: accepted)
  }

  /// A value that is not null; nil where it is missing or null.
  func value(_ key: String) -> JSONValue? {
    guard let value = object[key], value != .null else { return nil }
    return value
  }

  private func optional<Value>(
    _ key: String, _ kind: String, _ read: (JSONValue) -> Value?
  ) throws(TareError) -> Value? {
    guard let value = value(key) else { return nil }
    guard let result = read(value) else { throw error(key, value.kindName, kind) }
    return result
  }

  private func required<Value>(
    _ key: String, _ kind: String, _ read: (JSONValue) -> Value?
  ) throws(TareError) -> Value {
    guard let result = try optional(key, kind, read) else { throw error(key, "nothing", kind) }
    return result
  }

  func optionalBool(_ key: String) throws(TareError) -> Bool? {
    try optional(key, "a boolean", \.bool)
  }
  func bool(_ key: String) throws(TareError) -> Bool { try required(key, "a boolean", \.bool) }
  func bool(_ key: String, default value: Bool) throws(TareError) -> Bool {
    try optionalBool(key) ?? value
  }

  func optionalString(_ key: String) throws(TareError) -> String? {
    try optional(key, "a string", \.string)
  }
  func string(_ key: String) throws(TareError) -> String { try required(key, "a string", \.string) }

  func optionalInt(_ key: String) throws(TareError) -> Int? {
    try optional(key, "an integer", \.int)
  }
  func int(_ key: String) throws(TareError) -> Int { try required(key, "an integer", \.int) }

  /// A string of one scalar.
  func optionalScalar(_ key: String) throws(TareError) -> Unicode.Scalar? {
    guard let text = try optionalString(key) else { return nil }
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      throw error(key, "'\(text)'", "one character")
    }
    return scalar
  }

  func array(_ key: String) throws(TareError) -> [JSONValue] {
    try required(key, "an array", \.array)
  }

  /// The object below the key; nil where it is missing or null.
  func optionalPart(_ key: String) throws(TareError) -> Part? {
    guard let value = value(key) else { return nil }
    return try Part(value, place: "\(place).\(key)")
  }

  /// The objects of an array.
  func parts(_ key: String) throws(TareError) -> [Part] {
    var parts: [Part] = []
    for (index, value) in try array(key).enumerated() {
      parts.append(try Part(value, place: "\(place).\(key)[\(index)]"))
    }
    return parts
  }
}

/// What a tokenizer file names by the `type` of an object.
package protocol FilePart: Registered {
  /// The `type` in the file.
  static var typeName: String { get }
}

extension FilePart {
  /// The type's name in lower case.
  package static var key: String { typeName.lowercased() }
}

extension Part {
  /// The entry whose type the object has.
  ///
  /// - Throws: `TareError.badData` that lists the types if the object's is none of them.
  func entry<Entry>(
    of registry: Registry<Entry>, _ typeName: (Entry) -> String
  ) throws(TareError) -> Entry {
    let type = try string("type")
    guard let entry = registry.entries.first(where: { typeName($0) == type }) else {
      throw .badData(
        place: place, found: "the \(registry.kind) '\(type)'",
        accepted: registry.entries.map(typeName).joined(separator: ", "))
    }
    return entry
  }
}
