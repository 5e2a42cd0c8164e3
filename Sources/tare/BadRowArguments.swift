/// The options of what happens to rows that cannot be taken.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct BadRowArguments: ParsableArguments {
  @Flag(
    help:
      "Skip rows that cannot be read or used, and report how many and why (--skip-bad-rows --bad-rows bad.csv)."
  )
  var skipBadRows = false
  @Option(
    help: ArgumentHelp(
      "What to do with rows whose required cells are empty, null or NaN: drop or error (default: error).",
      valueName: "drop|error"))
  var missing: String?
  @Option(
    help: ArgumentHelp(
      "CSV file for the first hundred skipped rows: row, column, found, reason.",
      valueName: "file"))
  var badRows: String?

  /// - Parameters:
  ///   - store: where the input is a store, which has no such rows.
  ///   - others: what else the command reads and writes, which the bad rows must not replace.
  /// - Throws: `TareError.usage` for options that do not go together.
  func policy(
    store: String? = nil, apartFrom others: [(name: String, path: String?)]
  ) throws(TareError) -> RowPolicy {
    let policy = try RowPolicy(skips: skipBadRows, missing: missing)
    guard !policy.leavesOut || store == nil else {
      throw .usage(
        "\(skipBadRows ? "--skip-bad-rows" : "--missing") applies to score files; a run in a store is "
          + "always read whole")
    }
    guard badRows == nil || policy.leavesOut else {
      throw .usage("--bad-rows requires --skip-bad-rows or --missing drop")
    }
    try Pipeline().checkWritable(badRows)
    try Output.checkApart(["--bad-rows": badRows], from: others)
    return policy
  }

  /// Tells on standard error what was left out of the input, and how it was read.
  func tell(_ policy: RowPolicy) {
    for note in policy.notes { Terminal.warn(note) }
    let text = policy.text
    if !text.isEmpty { Terminal.complain(text) }
    // What stands there stays where a command fails before it has read a row.
    guard let badRows, policy.hasFile else { return }
    do throws(TareError) {
      try Output.write(policy.csv, to: badRows)
    } catch {
      Terminal.complain(error.description)
    }
  }
}

struct OutputFormatArgument: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Output format: \(Pipeline.outputFormats) (default: from the file extension; .gz and .zst compress).",
      valueName: "format"))
  private var outputFormat: String?

  @Flag(
    name: .customLong("safe-csv"),
    help: """
      Write CSV that is safe to open in a spreadsheet: text cells that begin with =, +, -, @, a tab \
      or a line break get an apostrophe; numbers stay.
      """)
  private var safeCSV = false

  /// Whether a format was asked for, be it by --safe-csv.
  var isGiven: Bool { outputFormat != nil || safeCSV }

  /// The key of the format that is asked for; nil for that of the output's name.
  ///
  /// - Parameter output: nil for standard output.
  /// - Throws: `TareError.usage` for --safe-csv with an output that is no CSV.
  func key(for output: String?) throws(TareError) -> String? {
    guard safeCSV else { return outputFormat }
    return try Pipeline.safeCSV(insteadOf: outputFormat, for: output)
  }
}
