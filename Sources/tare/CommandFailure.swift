/// How a command ends that has not done what was asked: a message on standard error and, with --json,
/// one object on standard output, which thereby always is one JSON value.
internal import ArgumentParser
internal import Foundation
internal import TareCore

enum CommandFailure {
  static func end(_ error: TareError) -> Never {
    Terminal.complain(error.description)
    show(error.json)
    exit(error.exitCode)
  }

  /// - Parameter error: of the command line itself; or a code, of a command that has told all.
  static func end(parsing error: any Error) -> Never {
    let code = Tare.exitCode(for: error)
    // Help and the version.
    guard !code.isSuccess else { Tare.exit(withError: error) }
    let text = Tare.fullMessage(for: error)
    if !text.isEmpty { try? Terminal.tell(text, onStandardOutput: false) }
    let first = text.split(separator: "\n").first.map(String.init) ?? "see standard error"
    show(
      TareError.json(
        kind: code == .validationFailure ? "usage" : "other", code: code.rawValue,
        first.hasPrefix("Error: ") ? String(first.dropFirst(7)) : first))
    exit(code.rawValue)
  }

  private static let wantsJSON = CommandLine.wantsJSON

  /// A result that was printed already stays the only one.
  private static func show(_ error: JSONObject) {
    guard wantsJSON, !Output.hasPrinted else { return }
    try? Output.print(JSONValue.object(["error": .object(error)]))
  }

  /// A mapped file that becomes shorter has no bytes where there were some: the command ends with 65.
  static func watchMappedFiles() {
    // Read now: a handler of signals may make nothing.
    _ = wantsJSON
    signal(SIGBUS) { _ in
      let message: StaticString = "tare: a file became shorter while it was read\n"
      write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      if CommandFailure.wantsJSON {
        let object: StaticString = """
          {"error": {"code": 65, "kind": "bad_data", \
          "message": "a file became shorter while it was read"}}

          """
        write(STDOUT_FILENO, object.utf8Start, object.utf8CodeUnitCount)
      }
      _exit(65)
    }
  }
}

extension CommandLine {
  /// Whether --json was typed as an option.
  static var wantsJSON: Bool { typed.prefix { $0 != "--" }.contains("--json") }
}

extension TareError {
  fileprivate static func json(kind: String, code: Int32, _ message: String) -> JSONObject {
    ["code": .int(Int(code)), "kind": .string(kind), "message": .string(message)]
  }

  /// Exit code, kind and message; of bad data also its parts.
  fileprivate var json: JSONObject {
    var object = Self.json(kind: kind, code: exitCode, description)
    if case .badData(let place, let found, let accepted) = self {
      object["place"] = .string(place)
      object["expected"] = .string(accepted)
      object["found"] = .string(found)
    }
    return object
  }

  private var kind: String {
    switch self {
    case .usage: "usage"
    case .badData: "bad_data"
    case .unreachable: "unreachable"
    case .fault: "fault"
    case .busy: "busy"
    case .interrupted: "interrupted"
    }
  }
}
