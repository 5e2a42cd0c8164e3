/// `tare runs`: what a store holds.
package import Foundation
package import TareCore
internal import TareFormats
internal import TareStore

extension Pipeline {
  /// One object a run, oldest first.
  package func runs(in path: String) throws(TareError) -> [JSONObject] {
    try Store(path: path, access: .readOnly).runs().map(\.row)
  }

  /// A run with its calibrations and evaluations.
  package func show(run name: String, in path: String) throws(TareError) -> JSONObject {
    let store = try Store(path: path, access: .readOnly)
    let run = try store.run(named: name)
    var row = try store.summary(of: run).row
    row["settings"] = .object(run.settings)
    row["template_date"] = run.templateDate.map { .string($0) } ?? .null
    row["calibrations"] = .array(
      try store.calibrations(of: run).map {
        ["method": .string($0.method), "created": .string($0.createdAt)]
      })
    row["evaluations"] = .array(
      try store.evaluations(of: run).map {
        [
          "benchmark": .string($0.benchmark), "calibrated": .bool($0.calibration != nil),
          "created": .string($0.createdAt), "result": $0.result,
        ]
      })
    return row
  }

  /// Writes a run as the file that it was imported from, or else as lines of score output.
  ///
  /// - Parameters:
  ///   - file: a path, or - for standard output; one that ends in .gz or .zst is compressed.
  ///   - outputFormat: a key of the output formats; nil for that of the file's name, or else as above.
  /// - Returns: the bytes for standard output.
  package func export(
    run name: String, in path: String, to file: String, format outputFormat: String? = nil
  ) throws(TareError) -> Data? {
    let store = try Store(path: path, access: .readOnly)
    let run = try store.run(named: name)
    var data: Data
    let format = try OutputFormats.format(outputFormat, for: file)
    if let imported = try store.exportedFile(of: run) {
      data = imported
      if let format {
        let table = try readTable(imported, name: "run '\(run.name)'")
        let path = file.withoutCompression
        let isKept = try table.keepsLayout(for: path, format: outputFormat)
        if !isKept || format.neutralizesFormulas {
          data = try table.data(for: path, format: outputFormat)
        }
      }
    } else {
      var rows = try decidedRows(of: run, in: store)
      if rows == nil { rows = try judgedRows(of: run, in: store) }
      if rows == nil { rows = try store.exportRows(of: run) }
      data = try Self.encoded(rows ?? [], for: file.withoutCompression, format: outputFormat)
    }
    guard file != "-" else { return data }
    data = try OutputFormats.compressed(data, for: file)
    try write(data, to: file)
    return nil
  }

  /// Makes a finished run of a score file in any layout; lines of score output keep their texts and
  /// tokens.
  ///
  /// - Parameters:
  ///   - name: nil for the file's.
  ///   - columns: other names for the file's columns, as `--columns` has them.
  ///   - filters: the values that rows must have, by column.
  ///   - policy: which rows are left out of the run.
  package func importRun(
    named name: String?, from path: String, into store: String, format: String? = nil,
    columns: [String] = [], filters: [String: String] = [:], policy: RowPolicy = RowPolicy()
  ) throws(TareError) {
    guard name?.isEmpty != true else { throw .usage("--run: expected a name, found nothing") }
    guard store != ":memory:" else {
      throw .usage("--store: expected a file, found :memory:, which keeps nothing")
    }
    var file = try InputFile(path)
    if policy.leavesOut { file = try file.withoutBadRows(policy.badRows, format: format) }
    let run = name ?? URL(filePath: file.name).scoreFileName
    let target = try Store(path: store)
    if filters.isEmpty, format == nil, columns.isEmpty, let lines = file.scoreLines {
      _ = try target.importRun(named: run, from: lines, source: file.name)
    } else {
      _ = try target.importRun(
        named: run,
        from: ScoreFile(
          name: file.name, data: file.data, format: format, filters: filters,
          columns: try ColumnMapping(command: columns)))
    }
  }

  package func delete(run name: String, in path: String) throws(TareError) {
    let store = try existingStore(path)
    try store.delete(store.run(named: name))
  }
}

extension RunSummary {
  fileprivate var row: JSONObject {
    [
      "name": .string(run.name), "status": .string(run.status.rawValue),
      "responses": .int(items), "scored": .int(scored),
      "model": .string(run.scorer.modelName),
      "model_sha256": .string(run.scorer.modelDigest.description),
      "head_sha256": run.scorer.headDigest.map { .string($0.description) } ?? .null,
      "precision": .string(run.scorer.precision), "read": .string(run.scorer.readRule),
      "calibrations": .int(calibrations), "evaluations": .int(evaluations),
      "created": .string(run.createdAt),
    ]
  }
}

extension Pipeline {
  /// Names for the runs of several files: as much of each path as tells it from the others.
  package static func runNames(of files: [String]) -> [String] {
    files.map { ScoreSource(.file($0)) }.names
  }
}

extension InputFile {
  /// The score file without the rows that are left out, the others as they stand.
  fileprivate func withoutBadRows(
    _ badRows: BadRows, format: String?
  ) throws(TareError) -> InputFile {
    let table = try readTable(
      bytes, name: name, format: format, skipsBadRows: badRows.skips,
      dropsMissing: badRows.dropsMissing)
    var skipped = table.skipped
    let good = try ScoreTable.goodRows(
      of: table, columns: ScoreColumns(), badRows, counting: &skipped)
    badRows.tell(table.notes, of: name)
    badRows.note(skipped, of: name)
    return skipped.isEmpty ? self : try InputFile(name: name, bytes: Array(good.data()))
  }

  private static let scoreLineKeys = [
    "id", "role", "index", "score", "tokens", "length", "truncated", "read_at",
  ]

  /// The lines if each is one that `tare score` wrote, with float32 scores and nothing calibrated; nil for
  /// another file.
  fileprivate var scoreLines: [JSONObject]? {
    var lines: [JSONObject] = []
    // One after the other: the first line of another file is enough to know.
    var rest = bytes[...]
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest[line.endIndex...].dropFirst()
      if line.isEmpty { continue }
      guard let object = (try? JSONValue(parsing: Data(line)))?.object?.withTodaysNames,
        Self.scoreLineKeys.allSatisfy({ object[$0] != nil }), object["calibrated"] == nil,
        object.scores.allSatisfy(\.isStoredExactly)
      else { return nil }
      lines.append(object)
    }
    return lines.isEmpty ? nil : lines
  }
}

extension JSONObject {
  /// The score and those of the steps.
  fileprivate var scores: [Double] {
    ([self["score"]] + (self[RunItem.deviationColumn].map { [$0] } ?? [])
      + (self["steps"]?.array ?? []).map { $0["score"] })
      .map { $0?.double ?? .nan }
  }
}

extension Double {
  /// Whether the store's float32 gives it back.
  fileprivate var isStoredExactly: Bool {
    Double(Float(self)) == self && !(self == 0 && sign == .minus)
  }
}

extension String {
  /// A file's name without the ending of its compression.
  fileprivate var withoutCompression: String {
    guard let compression = Compression(ending: lowercased()) else { return self }
    return String(dropLast(compression.ending.count))
  }
}

extension URL {
  /// The name without the endings of score files.
  var scoreFileName: String {
    var url = self
    for ending in [
      "gz", "zst", "json", "jsonl", "ndjson", "csv", "tsv", "parquet", "pq", "arrow", "feather",
      "ipc",
    ]
    where url.pathExtension == ending {
      url = url.deletingPathExtension()
    }
    return url.lastPathComponent
  }
}
