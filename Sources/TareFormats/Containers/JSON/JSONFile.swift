/// One JSON value: an array of rows, a single row, or a table as pandas and others lay it out.
package import TareCore

package enum JSONFile: FileFormat {
  package static let key = "json"
  package static let summary = "JSON, an array of objects, one object, or a pandas table"
  package static let example =
    #"[{"prompt_id":"7","score":2.5},{"prompt_id":"8","score":1}]"#

  package static func recognises(_ file: SourceFile) -> Bool {
    switch file.opening {
    case .whole, .broken, .sequence: true
    case .line(let object, let isOnly): isOnly && JSONLinesFile.isTable(object)
    case .text, .binary: false
    }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> SourceRows {
    SourceRows(try parsed(file).rows)
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    let (rows, value, frame) = try parsed(file)
    return JSONRows(rows, layout: frame.map { .frame($0, value) } ?? .sequence)
  }

  /// - Returns: the rows, the value that holds them, and how; no frame for objects in sequence.
  private static func parsed(
    _ file: SourceFile
  ) throws(TareError) -> (rows: [SourceRow], value: JSONValue, frame: JSONFrame?) {
    let value = try value(of: file)
    let isSequence = if case .sequence = file.opening { true } else { false }
    let frame = isSequence ? nil : try JSONFrame(value)
    let objects = try (frame ?? .records).rows(of: value)
    guard !objects.isEmpty else {
      throw .badData(place: "", found: "no rows", accepted: "at least one row")
    }
    let rows = objects.enumerated().map { SourceRow(place: "row \($0 + 1)", columns: $1) }
    return (rows, value, frame)
  }

  private static func value(of file: SourceFile) throws(TareError) -> JSONValue {
    switch file.opening {
    case .whole(let value): value
    case .sequence(let values): .array(values)
    case .broken(let error): throw error
    case .line(let object, isOnly: true): .object(object)
    case .line, .text, .binary:
      try JSONValue(parsing: file.bytes, takesNonFinite: file.takesNonFinite)
    }
  }
}
