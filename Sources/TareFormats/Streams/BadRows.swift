/// What happens to rows that cannot be taken: they are an error, or are left out and counted.
internal import Foundation
internal import Synchronization
internal import TareCore

package struct BadRows: Sendable {
  /// Whether all of them are left out.
  package var skips = false
  /// Whether those are left out of which a needed cell is empty, null or NaN.
  package var dropsMissing = false
  /// Who is told which were.
  package var log: Log?

  package init(skips: Bool = false, dropsMissing: Bool = false, log: Log? = nil) {
    (self.skips, self.dropsMissing, self.log) = (skips, dropsMissing, log)
  }

  /// Whether any are.
  package var leavesOut: Bool { skips || dropsMissing }

  /// Under what kind a row that cannot be taken is left out; nil where it is an error.
  package func kind(_ kind: SkippedRows.Kind, isMissing: Bool) -> SkippedRows.Kind? {
    if dropsMissing, isMissing { return .missing }
    return skips ? kind : nil
  }

  /// Tells what a reader should know of how a file was taken, a phrase each.
  package func tell(_ notes: [String], of file: String) {
    for note in notes { log?.tell("\(file): \(note)") }
  }

  /// Tells of a file's rows that were left out.
  package func note(_ skipped: SkippedRows, of file: String) {
    log?.note(skipped, of: file)
  }
}

extension BadRows {
  /// The rows that were left out of each file.
  package final class Log: Sendable {
    private let files = Mutex<[(name: String, skipped: SkippedRows)]>([])
    private let told = Mutex<[String]>([])
    private let wasTold = Mutex(false)

    package init() {}

    func tell(_ note: String) {
      told.withLock { told in
        if !told.contains(note) { told.append(note) }
      }
    }

    /// How the files were taken, a sentence each.
    package var notes: [String] { told.withLock { $0 } }

    /// A file that is read twice counts once.
    func note(_ skipped: SkippedRows, of file: String) {
      wasTold.withLock { $0 = true }
      guard !skipped.isEmpty else { return }
      files.withLock { files in
        files.removeAll { $0.name == file }
        files.append((file, skipped))
      }
    }

    /// Further rows of a file that was read.
    func add(_ skipped: SkippedRows, of file: String) {
      guard !skipped.isEmpty else { return }
      files.withLock { files in
        if let index = files.firstIndex(where: { $0.name == file }) {
          files[index].skipped.add(skipped)
        } else {
          files.append((file, skipped))
        }
      }
    }

    /// Whether a file was read, be it that no row of it was left out.
    package var hasFile: Bool { wasTold.withLock { $0 } }

    /// How many rows were left out of which file, and what is wrong with the first of them.
    package var text: String {
      files.withLock { files in
        files.map { file in
          ([file.name + ": " + file.skipped.text] + file.skipped.listing.map { "  " + $0 })
            .joined(separator: "\n")
        }.joined(separator: "\n")
      }
    }

    /// The first hundred of each file as CSV, with the file where there are several.
    package var csv: String {
      files.withLock { files in
        guard files.count > 1 else {
          return files.first?.skipped.csv ?? "row,column,found,reason\n"
        }
        var text = "file,row,column,found,reason\n"
        for file in files {
          var name: [UInt8] = []
          CSVCell.append(.string(file.name), to: &name, CSVDialect())
          let prefix = String(decoding: name, as: UTF8.self) + ","
          for row in file.skipped.rows {
            var one = SkippedRows()
            one.append(row)
            text += prefix + one.csv.drop { $0 != "\n" }.dropFirst()
          }
        }
        return String(decoding: FormulaFilter.whole(Data(text.utf8)), as: UTF8.self)
      }
    }
  }
}

extension SkippedRows {
  /// Whether an error says that a cell holds nothing.
  static func isMissing(_ found: String) -> Bool {
    let words = ["an empty cell", "no value", "no label", "null", "nothing", "an empty list"]
    return words.contains(found) || isMissing(text: found.trimmingQuotes)
  }

  /// Whether a cell's text is one that programs write for nothing.
  static func isMissing(text: String) -> Bool {
    ["", "nan", "na", "n/a", "null", "none", "<na>", "-nan"].contains(text.trimmed.lowercased())
  }
}

extension String {
  /// Without the quotes that a message puts around it.
  fileprivate var trimmingQuotes: String {
    count > 1 && hasPrefix("'") && hasSuffix("'") ? String(dropFirst().dropLast()) : "?"
  }
}
