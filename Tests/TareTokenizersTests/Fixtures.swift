/// The committed reference values; Fixtures/make_fixtures.py says where they are from.
import Foundation
import TareCore
import TareTesting
import TareTokenizers
import Testing

enum Fixtures {
  static func load(_ name: String) throws -> JSONValue {
    let folder = projectFolder.appending(path: "Tests/TareTokenizersTests/Fixtures")
    return try JSONValue(parsing: Data(contentsOf: folder.appending(path: name)))
  }

  /// The vocabulary trained for the tests, with the pre-tokeniser of that name.
  static func vocabulary(pre: String) throws -> Vocabulary {
    let json = try load("vocabulary.json")
    return Vocabulary(
      model: "gpt2", pre: pre, tokens: try strings(json["tokens"]),
      types: try #require(json["types"]?.array).compactMap(\.int),
      merges: try strings(json["merges"]))
  }

  static func strings(_ value: JSONValue?) throws -> [String] {
    try #require(value?.array).compactMap(\.string)
  }

  static func ids(_ value: JSONValue?) throws -> [Int32] {
    try #require(value?.array).compactMap(\.int).map(Int32.init)
  }
}
