/// The command that makes sense after this one, which ends what a command says on a terminal.
internal import Foundation
internal import Synchronization
internal import TarePipeline

enum NextCommand {
  private static let wanted = Mutex<String?>(nil)

  /// Keeps a command for the end of this one.
  ///
  /// - Parameters:
  ///   - arguments: without `tare`.
  ///   - file: where standard output should go.
  static func suggest(_ arguments: [String], into file: String? = nil) {
    var text = (["tare"] + arguments).shellText
    if let file { text += " >" + [file].shellText }
    wanted.withLock { $0 = text }
  }

  /// Keeps a command of another program.
  static func suggest(program arguments: [String]) {
    wanted.withLock { $0 = arguments.shellText }
  }

  static func forget() { wanted.withLock { $0 = nil } }

  /// Shows the command where someone reads standard error, unless tare.toml or a variable says not to.
  static func show() {
    guard let text = wanted.withLock({ $0 }), Terminal.errorIsTerminal, Defaults.showsNextCommand
    else { return }
    try? Terminal.tell("Next: \(text)", onStandardOutput: false)
  }
}

/// Options that several commands take: what was typed for one is right for the next.
enum SharedOptions {
  static let store = ["--store", "--run"]
  static let columns = [
    "--score", "--group", "--label", "--subset", "--by", "--where", "--columns",
  ]
  static let rows = ["--format", "--missing", "--skip-bad-rows"]
  static let evaluation = ["--benchmark", "--length", "--bootstrap", "--seed"]
  static let model = [
    "--model", "--tokens", "--template-kwargs", "--head", "--output-index", "--output-name",
    "--output-weights", "--activation", "--normalize-reward", "--steps-to-score", "--reference",
    "--beta",
  ]
  static let candidates =
    store + columns + rows + model
    + ["--calibration", "--raw", "--normalize", "--combine", "--lambda"]
  /// Those without a value.
  fileprivate static let flags: Set = [
    "--skip-bad-rows", "--normalize-reward", "--raw", "--normalize",
  ]
}

extension CommandLine {
  /// What was typed, without the program.
  static var typed: [String] { Array(arguments.dropFirst()) }

  static var asksForHelp: Bool {
    typed.first == "help" || typed.contains { ["--help", "-h"].contains($0) }
  }

  /// Options of these names with their values, as they were typed.
  static func given(_ names: [String]) -> [String] {
    var found: [String] = []
    var rest = typed[...]
    while let argument = rest.popFirst() {
      let name = String(argument.prefix { $0 != "=" })
      guard names.contains(name) else { continue }
      found.append(argument)
      if name == argument, !SharedOptions.flags.contains(name), let value = rest.popFirst() {
        found.append(value)
      }
    }
    return found
  }
}

extension String {
  /// A file's path with something before its endings: "out/scores.jsonl.gz" becomes
  /// "out/scores-calibrated.jsonl.gz".
  func inserting(_ text: String) -> String {
    let name = split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let point = name.dropFirst().firstIndex(of: ".") else { return self + text }
    return String(self[..<point]) + text + String(self[point...])
  }
}
