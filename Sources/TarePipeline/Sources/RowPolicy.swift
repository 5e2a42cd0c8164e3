/// What a command does with rows that cannot be taken, and what it tells of them.
package import Foundation
package import TareCore
internal import TareFormats

/// Copies share what was found.
package struct RowPolicy: Sendable {
  var badRows: BadRows

  /// Refuses them.
  package init() { badRows = BadRows(log: BadRows.Log()) }

  /// - Parameters:
  ///   - skips: whether rows that cannot be taken are left out.
  ///   - missing: "drop" or "error": what happens to rows of which a needed cell is empty, null or NaN;
  ///     nil for error.
  /// - Throws: `TareError.usage` for another word.
  package init(skips: Bool, missing: String?) throws(TareError) {
    self.init()
    badRows.skips = skips
    switch missing {
    case nil, "error": break
    case "drop": badRows.dropsMissing = true
    case let other?: throw .usage("--missing: expected drop or error, found \(other)")
    }
  }

  /// Whether any are left out.
  package var leavesOut: Bool { badRows.leavesOut }
  /// Whether a file was read: before that there is nothing to tell.
  package var hasFile: Bool { badRows.log?.hasFile ?? false }
  /// How files were taken where that is not plain, a sentence each.
  package var notes: [String] { badRows.log?.notes ?? [] }
  /// How many rows were left out of which file, and what is wrong with the first of them; empty where
  /// none were.
  package var text: String { badRows.log?.text ?? "" }
  /// The first hundred of these rows as CSV: row, column, found, reason.
  package var csv: Data { Data((badRows.log?.csv ?? "").utf8) }
}
