/// Reads Arrow IPC: the file format (Feather version 2) and the stream format.
internal import Foundation
package import TareCore

/// A table of an Arrow file.
package struct ArrowTable: Sendable {
  package let columns: [(name: String, column: Column)]
  package let count: Int
  /// How the file holds it.
  package let layout: ArrowWriter.Layout
  package let compression: ArrowWriter.Compression
  /// What the schema says of the table, such as pandas' account of its index.
  package let metadata: [(key: String, value: String)]
}

package enum ArrowReader {
  /// The first and last bytes of a file.
  static let mark = Array("ARROW1".utf8)
  /// The first bytes of each message of a stream.
  package static let continuation: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
  /// Before Arrow files there was another Feather.
  static let oldFeather = Array("FEA1".utf8)

  /// As much as the machine has: more would not be there.
  package static let defaultMaximumBytes = Int(
    clamping: ProcessInfo.processInfo.physicalMemory)

  /// The table of a file or a stream; of streams one behind the other that have the same columns, as
  /// the files of a dataset, all rows.
  ///
  /// - Parameters:
  ///   - names: the columns that are read; nil for all.
  ///   - maximumBytes: of all that is decoded.
  /// - Throws: `TareError.badData` that names record batch, column and row as far as they are known.
  package static func table(
    _ bytes: [UInt8], columns names: Set<String>? = nil,
    maximumBytes: Int = ArrowReader.defaultMaximumBytes
  ) throws(TareError) -> ArrowTable {
    let result: Result<ArrowTable, TareError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(TareError) in
        try table(ArrowBytes(bytes), names, ArrowBudget(maximumBytes: maximumBytes))
      }
    }
    return try result.get()
  }

  private static func table(
    _ bytes: ArrowBytes, _ names: Set<String>?, _ budget: ArrowBudget
  ) throws(TareError) -> ArrowTable {
    let parts = try parts(of: bytes)
    var table = try ArrowTableReader(parts.schema, names, budget)
    try table.read(parts.messages)
    return try table.table(parts.isFile ? .file : .stream)
  }

  /// A file or stream in its messages.
  struct Parts {
    let schema: ArrowSchema
    /// The same as the file has it.
    let table: FlatTable
    let messages: [ArrowMessage]
    let isFile: Bool
  }

  static func parts(of bytes: ArrowBytes) throws(TareError) -> Parts {
    guard !bytes.starts(with: oldFeather) else {
      throw .badData(
        place: "", found: "a Feather file of version 1",
        accepted: "Feather version 2")
    }
    return bytes.starts(with: mark) ? try file(bytes) : try stream(bytes)
  }

  // MARK: - File

  private static func file(_ bytes: ArrowBytes) throws(TareError) -> Parts {
    let footer = try footer(of: bytes)
    guard let table = try footer.table(1) else { throw .arrow("a footer without a schema") }
    let schema = try ArrowSchema(table)
    var messages: [ArrowMessage] = []
    for (field, kind) in [(2, ArrowMessage.Kind.dictionary), (3, .records)] {
      // Each an offset, the size of its metadata, and that of its body.
      let blocks = try footer.elements(field, size: 24)
      for index in 0..<blocks.count / 24 {
        do throws(TareError) {
          let offset = try blocks.load(24 * index, as: Int64.self)
          guard let position = Int(exactly: offset), position >= 0,
            let message = try ArrowMessage(bytes, at: position), message.kind == kind
          else { throw .arrow("no \(kind.name) at offset \(offset)") }
          messages.append(message)
        } catch {
          throw error.inside("\(kind.name) \(index + 1)")
        }
      }
    }
    return Parts(schema: schema, table: table, messages: messages, isFile: true)
  }

  private static func footer(of bytes: ArrowBytes) throws(TareError) -> FlatTable {
    // Mark and padding, footer, its size, mark.
    let end = bytes.count - mark.count - 4
    guard end >= 8, try bytes.slice(end + 4, mark.count).starts(with: mark) else {
      throw .badData(
        place: "", found: "a truncated Arrow file without its footer",
        accepted: "a complete Arrow file")
    }
    let size = Int(try bytes.load(end, as: Int32.self))
    do throws(TareError) {
      guard size > 0, size <= end - 8 else { throw .arrow("\(size) bytes") }
      return try FlatTable(root: try bytes.slice(end - size, size))
    } catch {
      throw error.inside("footer")
    }
  }

  // MARK: - Stream

  private static func stream(_ bytes: ArrowBytes) throws(TareError) -> Parts {
    var schema: ArrowSchema?
    var table: FlatTable?
    var messages: [ArrowMessage] = []
    var position = 0
    while true {
      do throws(TareError) {
        guard let message = try ArrowMessage(bytes, at: position) else {
          // Behind the end there may be the next stream.
          let next = position + 8
          guard next < bytes.count,
            try bytes.slice(next, bytes.count - next).starts(with: continuation)
          else { break }
          position = next
          continue
        }
        position = message.end
        if message.kind != .schema {
          messages.append(message)
          continue
        }
        let found = try ArrowSchema(message.header)
        guard schema.map({ $0.fields == found.fields }) ?? true else {
          throw .badData(
            place: "", found: "a stream with different columns than the one before it",
            accepted: "streams with the same columns")
        }
        schema = schema ?? found
        table = table ?? message.header
      } catch {
        throw schema == nil ? error : error.inside("message \(messages.count + 2)")
      }
    }
    guard let schema, let table else { throw .arrow("a stream without a schema") }
    return Parts(schema: schema, table: table, messages: messages, isFile: false)
  }
}

extension ArrowMessage.Kind {
  fileprivate var name: String {
    switch self {
    case .schema: "schema"
    case .dictionary: "dictionary"
    case .records: "record batch"
    }
  }
}
