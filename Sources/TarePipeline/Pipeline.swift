/// The stages in order. Each is one method, in a folder of its own:
///
///     score ─► store ─► calibrate ─► evaluate ─► rank ─► report
package import Foundation
package import TareCore
internal import TareFormats
internal import TareReport

/// The whole pipeline, as commands use it.
package struct Pipeline: Sendable {
  /// Who hears of progress, and may stop long work.
  package let observer: StageObserver

  package init(observer: StageObserver = StageObserver()) { self.observer = observer }

  /// Finds out before the work that its result has somewhere to go.
  /// - Parameter path: - stands for standard output.
  /// - Throws: `TareError.usage` for a folder, a read-only file, and where the folder is not there.
  package func checkWritable(_ path: String?) throws(TareError) { try ByteSink.check(path) }

  /// Writes a result so that a reader never finds half of it, and nothing but a regular file is replaced.
  /// Whether two paths are one regular file, or would be.
  package static func areSameFile(_ first: String, _ second: String) -> Bool {
    ByteSink.areSameFile(first, second)
  }

  package static func write(_ data: Data, to path: String) throws(TareError) {
    try ByteSink.write(data, to: path)
  }

  /// Writes a result piece by piece; nil ends it.
  package static func sink(
    _ path: String
  ) throws(TareError) -> (Data?) throws(TareError) -> Void {
    let sink = try ByteSink(path)
    return { (piece) throws(TareError) in
      if let piece { try sink.write(piece) } else { try sink.finish() }
    }
  }

  func write(_ data: Data, to path: String) throws(TareError) { try Self.write(data, to: path) }

  /// The escape sequences that coloured texts have.
  package static let terminalStyles = TerminalStyle.sequences

  /// Keys of the formats that results are written in, for help texts.
  package static let outputFormats = OutputFormats.registry.keys.joined(separator: ", ")

  /// The key of CSV that is safe to open in a spreadsheet.
  ///
  /// - Parameters:
  ///   - format: the key of the format that is asked for beside it.
  ///   - path: of the output; nil for standard output.
  /// - Throws: `TareError.usage` if either is that of another format than CSV.
  package static func safeCSV(
    insteadOf format: String?, for path: String?
  ) throws(TareError) -> String {
    let other = try OutputFormats.format(format, for: path == "-" ? nil : path)
    guard other == nil || other?.layoutKey == CSVOutput.key else {
      throw .usage("--safe-csv: expected CSV output, found \(other?.key ?? "")")
    }
    return SafeCSVOutput.key
  }

  /// Whether a result goes there as JSON Lines, which need not be held.
  package static func areLines(for path: String?, format: String?) throws(TareError) -> Bool {
    guard path.map({ Compression(ending: $0.lowercased()) == nil }) ?? true else { return false }
    return try OutputFormats.format(format, for: path).map { $0.key == JSONLinesOutput.key } ?? true
  }

  /// Rows of results in the format that is asked for, by its key or the file's name; JSON Lines where
  /// neither does.
  package static func encoded(
    _ rows: [JSONObject], for path: String?, format: String?
  ) throws(TareError) -> Data {
    let wanted = try OutputFormats.format(format, for: path) ?? JSONLinesOutput.self
    let data =
      wanted.key == JSONLinesOutput.key
      ? Data(rows.map { JSONValue.object($0).text() + "\n" }.joined().utf8)
      : try wanted.encoded(OutputTable(rows))
    return try OutputFormats.compressed(data, for: path)
  }
}
