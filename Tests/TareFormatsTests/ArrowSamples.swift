import Foundation
import TareCore
import TareFormats
import TareTesting

/// The files of Fixtures/arrow, written by pyarrow, polars, pandas, DuckDB and datasets, and what is in
/// them.
enum ArrowSamples {
  static let folder = projectFolder.appending(path: "Tests/TareFormatsTests/Fixtures/arrow")

  /// The values of each column, by the file's name.
  static let expected: JSONObject = {
    let text = (try? String(contentsOf: folder.appending(path: "expected.json"), encoding: .utf8))
    return (try? JSONValue(parsing: text ?? ""))?.object ?? [:]
  }()

  /// Those that are no folders.
  static let files = expected.keys.filter { $0.contains(".") }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  /// The values of a column, row by row.
  static func values(_ column: Column) -> [JSONValue] { (0..<column.count).map { column[$0] } }
}

extension JSONValue {
  /// Whether both say the same, whether or not a number is written as an integer.
  func means(_ other: JSONValue) -> Bool {
    switch (self, other) {
    case (.int(let one), .int(let two)): one == two
    case (.array(let one), .array(let two)):
      one.count == two.count && zip(one, two).allSatisfy { $0.means($1) }
    case (.object(let one), .object(let two)):
      one.keys.sorted() == two.keys.sorted()
        && one.members.allSatisfy { key, value in two[key].map { value.means($0) } ?? false }
    default: if let double, let number = other.double { double == number } else { self == other }
    }
  }
}
