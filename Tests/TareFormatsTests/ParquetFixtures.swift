/// Parquet files that the real libraries wrote (Fixtures/parquet, made by make_parquet.py).
import Foundation
import TareCore
import TareFormats
import TareTesting

enum ParquetFixtures {
  static let folder = projectFolder.appending(path: "Tests/TareFormatsTests/Fixtures/parquet")

  /// Of all files that are read, and so have their values beside them.
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: "\(name).parquet")))
  }

  /// A list a column.
  static func values(_ name: String) throws -> JSONObject {
    let data = try Data(contentsOf: folder.appending(path: "\(name).json"))
    return try JSONValue(parsing: data).object ?? JSONObject()
  }

  /// Numbers that JSON does not have as it writes them, and whole ones as integers.
  static func plain(_ value: JSONValue) -> JSONValue {
    switch value {
    case .double(let number) where number.isNaN: return .string("nan")
    case .double(let number) where number.isInfinite: return .string(number < 0 ? "-inf" : "inf")
    case .double(let number):
      return Int(exactly: number).map { .int($0) } ?? value
    case .array(let values): return .array(values.map(plain))
    case .object(let object):
      var plain = JSONObject()
      for (key, value) in object.members { plain[key] = Self.plain(value) }
      return .object(plain)
    default: return value
    }
  }

  static func plain(_ column: Column) -> [JSONValue] {
    (0..<column.count).map { plain(column[$0]) }
  }
}
