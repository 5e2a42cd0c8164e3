/// A model's configuration under the keys of Hugging Face's config.json, checked where it is read.
package import Foundation
package import TareCore

/// Families read this and nothing else: what a GGUF file says is translated to the same keys.
package struct ModelConfig: Sendable {
  package let values: JSONObject
  /// What is read, for messages: "config.json" or "metadata".
  package let source: String

  package init(_ values: JSONObject, source: String = "config.json") {
    self.values = values
    self.source = source
  }

  /// Whether the keys were translated from another format's, in which they mean what they say.
  package var isTranslated: Bool { source != "config.json" }

  /// A folder's config.json.
  /// - Throws: `TareError.badData` if it is missing or not a JSON object.
  package init(folder: URL) throws(TareError) { self = try ModelFolder.config(folder) }

  /// The value; nil where the key is absent or null.
  package subscript(key: String) -> JSONValue? {
    values[key].flatMap { $0 == .null ? nil : $0 }
  }

  /// The configuration with defaults for the keys that it does not have; null is a value.
  func filled(_ defaults: JSONObject) -> ModelConfig {
    var values = defaults
    for (key, value) in self.values.members { values[key] = value }
    return ModelConfig(values, source: source)
  }

  /// The configuration with some keys replaced.
  func replacing(_ changes: JSONObject) -> ModelConfig {
    var values = self.values
    for (key, value) in changes.members { values[key] = value }
    return ModelConfig(values, source: source)
  }

  package func error(_ key: String, _ found: String, _ accepted: String) -> TareError {
    .badData(place: "\(source), '\(key)'", found: found, accepted: accepted)
  }

  /// A positive whole number; the default stands in where the key is absent.
  package func count(_ key: String, default fallback: Int? = nil) throws(TareError) -> Int {
    if let number = try optionalCount(key) { return number }
    guard let fallback else { throw error(key, "nothing", "a whole number") }
    return fallback
  }

  package func optionalCount(_ key: String) throws(TareError) -> Int? {
    guard let found = self[key] else { return nil }
    // Products of three such numbers still fit into 64 bits.
    guard let number = found.int, number > 0, number < 1 << 21 else {
      throw error(key, found.text(), "a whole number from 1 to 2,097,151")
    }
    return number
  }

  /// A positive number; the default stands in where the key is absent.
  package func number(_ key: String, default fallback: Double? = nil) throws(TareError) -> Double {
    if let number = try optionalNumber(key) { return number }
    guard let fallback else { throw error(key, "nothing", "a number") }
    return fallback
  }

  /// A whole number that may be null; the default stands in where the key is absent.
  package func nullableCount(_ key: String, default fallback: Int) throws(TareError) -> Int? {
    values[key] == nil ? fallback : try optionalCount(key)
  }

  package func optionalNumber(_ key: String) throws(TareError) -> Double? {
    guard let found = self[key] else { return nil }
    guard let number = found.double, number > 0, number.isFinite else {
      throw error(key, found.text(), "a positive number")
    }
    return number
  }

  package func flag(_ key: String, default fallback: Bool = false) throws(TareError) -> Bool {
    guard let found = self[key] else { return fallback }
    guard let flag = found.bool else { throw error(key, found.text(), "true or false") }
    return flag
  }

  package func text(_ key: String) throws(TareError) -> String? {
    guard let found = self[key] else { return nil }
    guard let text = found.string else { throw error(key, found.text(), "a string") }
    return text
  }

  /// One of the values of a table; the default where the key is absent.
  package func choice<T>(
    _ key: String, _ accepted: [String: T], default fallback: T
  ) throws(TareError) -> T {
    guard let name = try text(key) else { return fallback }
    guard let value = accepted[name] else {
      throw error(key, "'\(name)'", accepted.keys.sorted().joined(separator: ", "))
    }
    return value
  }

  /// Stops at a feature that this program does not compute.
  package func refuse(_ key: String, unless accepted: JSONValue) throws(TareError) {
    guard let found = self[key], found != accepted else { return }
    throw error(key, found.text(), "\(accepted.text()) (nothing else is supported)")
  }
}
