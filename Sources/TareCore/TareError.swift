/// What can go wrong anywhere in Tare, said so that a user can mend it.
///
/// Every case carries the exit code of the command line: 64 wrong usage, 65 bad data, 69 something
/// outside is not reachable, 70 an internal fault, 75 too busy now, 130 interrupted and resumable.
public enum TareError: Error, Sendable, Equatable {
  /// The command was called wrongly.
  case usage(String)
  /// A file, row, tensor or value is not what it must be. `place` names it (file, line, column,
  /// tensor), `found` is what stands there, `accepted` what was expected: "PLACE: expected ACCEPTED,
  /// found FOUND".
  case badData(place: String, found: String, accepted: String)
  /// An engine, hub or other outside service gave no answer.
  case unreachable(String)
  /// The fault is Tare's, or the machine's (disk full, out of memory).
  case fault(String)
  /// There is more to do than can be taken on; the same may be asked again later.
  case busy(String)
  /// The user stopped the work; what was finished is stored.
  case interrupted(String)

  public var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .badData: 65
    case .unreachable: 69
    case .fault: 70
    case .busy: 75
    case .interrupted: 130
    }
  }
}

extension TareError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .usage(let text), .unreachable(let text), .fault(let text), .busy(let text),
      .interrupted(let text):
      text
    case .badData(let place, let found, let accepted):
      "\(place.isEmpty ? "" : "\(place): ")expected \(accepted), found \(found)"
    }
  }
}

extension TareError {
  /// The same error with an outer place (usually the file's name) put before it.
  package func inside(_ outer: String) -> TareError {
    guard case .badData(let place, let found, let accepted) = self else { return self }
    let whole = place.isEmpty ? outer : "\(outer), \(place)"
    return .badData(place: whole, found: found, accepted: accepted)
  }
}
