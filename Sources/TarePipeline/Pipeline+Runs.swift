/// `tare runs`: what a store holds.
internal import Foundation
package import TareCore
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

  /// Writes a run as lines of score output.
  package func export(run name: String, in path: String, to file: String) throws(TareError) {
    let store = try Store(path: path, access: .readOnly)
    let rows = try store.exportRows(of: store.run(named: name))
    try write(Data(rows.map { JSONValue.object($0).text() + "\n" }.joined().utf8), to: file)
  }

  /// Makes a finished run of lines of score output.
  package func importRun(
    named name: String?, from path: String, into store: String
  ) throws(TareError) {
    let file = try InputFile(path)
    var lines: [JSONObject] = []
    for (number, line) in zip(1..., file.data.split(separator: UInt8(ascii: "\n"))) {
      do throws(TareError) {
        guard let object = try JSONValue(parsing: Data(line)).object else {
          throw .badData(place: "", found: "no object", accepted: "a JSON object a line")
        }
        lines.append(object)
      } catch {
        throw error.inside("\(file.name), line \(number)")
      }
    }
    let stem = URL(filePath: file.name).deletingPathExtension().lastPathComponent
    _ = try Store(path: store).importRun(named: name ?? stem, from: lines, source: file.name)
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
