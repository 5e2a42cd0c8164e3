/// `tare store`: what is damaged in a store, and what of it can be saved.
package import TareCore
internal import TareReport
internal import TareStore

package struct StoreCheckOutcome: Sendable {
  fileprivate let report: StoreReport

  package var isDamaged: Bool { report.isDamaged }
  package var json: JSONValue { report.json }

  package func text(coloured: Bool) -> String {
    var lines = [
      "\(report.path): " + (report.schema.map { "a store of schema \($0)" } ?? "a damaged store")
    ]
    if !report.runs.isEmpty {
      var table = TerminalTable(columns: [
        .init("run", .left, leastWidth: 8), .init("status", .left), .init("responses"),
        .init("seal", .left), .init("state", .left),
      ])
      for run in report.runs {
        table.addRow([
          run.name, run.isFinished ? "finished" : "open", "\(run.responses)",
          run.isSealed.map { $0 ? "yes" : "none" } ?? "unreadable",
          run.isWhole ? "ok" : "damaged",
        ])
      }
      lines += ["", table.text(style: .init(coloured))]
    }
    for finding in report.findings {
      let kind = finding.severity == .damage ? "damage" : "note"
      lines.append("\(kind): \(finding.place): \(finding.what)".printable)
    }
    guard isDamaged else { return (lines + ["Nothing is damaged."]).joined(separator: "\n") }
    let whole = report.runs.filter(\.isWhole).map(\.name)
    lines.append(
      whole.isEmpty
        ? "No run is whole."
        : "Whole and usable: \(whole.joined(separator: ", ")).".printable)
    lines.append("`tare store recover` saves what is readable in a new store.")
    return lines.joined(separator: "\n")
  }
}

package struct StoreRecoveryOutcome: Sendable {
  fileprivate let report: RecoveryReport
  fileprivate let output: String

  package var json: JSONValue {
    var object = report.json.object ?? [:]
    object["output"] = .string(output)
    return .object(object)
  }

  package func text(coloured: Bool) -> String {
    var table = TerminalTable(columns: [
      .init("table", .left), .init("saved"), .init("of"), .init("dropped"),
    ])
    for saved in report.tables {
      table.addRow([
        saved.name, "\(saved.saved)", saved.expected.map(String.init) ?? "unknown",
        saved.dropped == 0 ? "" : "\(saved.dropped)",
      ])
    }
    var lines = [table.text(style: .init(coloured))]
    for run in report.runs {
      lines.append(
        "run '\(run.name)': \(run.responses) responses, ".printable
          + (run.isWhole ? "whole" : "open (run the command that made it again)"))
    }
    lines.append("wrote \(output)".printable)
    return lines.joined(separator: "\n")
  }
}

extension Pipeline {
  /// - Throws: `TareError.usage` where there is no file; `TareError.badData` for one that is no store.
  package func check(store path: String) throws(TareError) -> StoreCheckOutcome {
    StoreCheckOutcome(report: try Store.check(path: path))
  }

  /// - Parameter output: where nothing may be yet.
  /// - Throws: as `check(store:)`, and where nothing can be saved.
  package func recover(
    store path: String, to output: String
  ) throws(TareError) -> StoreRecoveryOutcome {
    StoreRecoveryOutcome(report: try Store.recover(path: path, to: output), output: output)
  }
}
