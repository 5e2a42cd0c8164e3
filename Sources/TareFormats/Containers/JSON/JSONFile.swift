/// One JSON value: an array of rows, or a single row.
package import TareCore

package enum JSONFile: FileFormat {
  package static let key = "json"
  package static let summary = "JSON, an array of objects or one object"

  package static func recognises(_ file: SourceFile) -> Bool {
    switch file.opening {
    case .whole, .broken: true
    case .line, .text, .binary: false
    }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> [SourceRow] {
    let value = try value(of: file)
    guard let elements = value.array else {
      guard let object = value.object else {
        throw .badData(
          place: "", found: value.kindName, accepted: "an array of objects or one object")
      }
      return [SourceRow(place: "row 1", columns: object)]
    }
    guard !elements.isEmpty else {
      throw .badData(place: "", found: "no rows", accepted: "at least one row")
    }
    var rows: [SourceRow] = []
    for (index, element) in elements.enumerated() {
      guard let object = element.object else {
        throw .badData(place: "row \(index + 1)", found: element.kindName, accepted: "an object")
      }
      rows.append(SourceRow(place: "row \(index + 1)", columns: object))
    }
    return rows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    JSONRows(try rows(of: file), layout: .array)
  }

  private static func value(of file: SourceFile) throws(TareError) -> JSONValue {
    switch file.opening {
    case .whole(let value): value
    case .broken(let error): throw error
    case .line, .text, .binary: try JSONValue(parsing: file.bytes)
    }
  }
}
