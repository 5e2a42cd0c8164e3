/// What goes wrong while a template runs, before its line is known.
package import TareCore

enum Fault: Error {
  /// The template called `raise_exception`.
  case refused(String)
  /// `found` is worded as Python or Jinja words it, so that it can be searched for.
  case failed(found: String, accepted: String)

  static func undefined(_ message: String) -> Fault {
    .failed(found: message, accepted: "a defined value")
  }

  static func type(_ message: String) -> Fault {
    .failed(found: message, accepted: "a supported type")
  }

  static func value(_ message: String) -> Fault {
    .failed(found: message, accepted: "a supported value")
  }

  static func limit(_ message: String, _ limit: Int) -> Fault {
    .failed(found: message, accepted: "at most \(limit)")
  }

  func placed(atLine line: Int) -> TareError {
    let place = TareError.templatePlace(line: line)
    return switch self {
    case .refused(let message):
      .badData(place: place, found: message, accepted: TareError.whatTemplatesTake)
    case .failed(let found, let accepted):
      .badData(place: place, found: found, accepted: accepted)
    }
  }
}

extension TareError {
  fileprivate static let whatTemplatesTake = "a conversation that the template accepts"

  static func templatePlace(line: Int) -> String { "chat template, line \(line)" }

  /// Whether a chat template refused the conversation by `raise_exception`; `found` is its message.
  package var isTemplateRefusal: Bool {
    if case .badData(_, _, Self.whatTemplatesTake) = self { true } else { false }
  }
}
