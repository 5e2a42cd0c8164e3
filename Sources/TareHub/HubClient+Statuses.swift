/// What a status that is no success means, and what the user can do.
internal import TareCore
internal import TareHTTP

extension HubClient {
  /// - Parameter isHub: whether the hub itself answers; a storage that it redirects to refuses an
  ///   address that has grown too old, and the hub gives a new one.
  func failure(
    _ response: HTTPResponse, url: String, isHub: Bool, _ subject: Subject
  ) async -> HubFailure {
    let code = response.status
    var reason = "status \(code)"
    // The beginning of a short reply tells a person more than the number.
    if let body = try? await response.body.collect(upTo: 1 << 14) {
      let text = String(decoding: body, as: UTF8.self).prefix(200).split(
        whereSeparator: \.isNewline)
      if !text.isEmpty { reason += ": " + text.joined(separator: " ") }
    }
    switch code {
    case 408, 429, 500...599:
      return .passing(reason, wait: Self.askedPause(response.headers))
    // The rest of a partial file that is longer than the file: it is begun anew.
    case 416: return .wrongBytes(reason)
    case 401, 403:
      return isHub ? .final(refused(reason, subject)) : .passing(reason)
    case 404:
      return isHub ? .final(missing(reason, response.headers, subject)) : .passing(reason)
    default:
      return .final(.badData(place: url, found: reason, accepted: "status 200"))
    }
  }

  /// Seconds of `Retry-After`, or of the hub's own `RateLimit: "api";r=0;t=55`.
  private static func askedPause(_ headers: HTTPHeaders) -> Duration? {
    if let seconds = headers.first("Retry-After").flatMap({ Int($0) }), seconds >= 0 {
      return .seconds(seconds)
    }
    guard let limit = headers.first("RateLimit"), limit.contains("r=0"),
      let seconds = limit.firstMatch(of: /\bt=(\d{1,6})/).flatMap({ Int($0.output.1) })
    else { return nil }
    return .seconds(seconds)
  }

  private func refused(_ reason: String, _ subject: Subject) -> TareError {
    let id =
      switch subject {
      case .list(let id, _), .file(_, let id): id
      }
    let remedy =
      sendsToken
      ? "the token that was sent does not open it: accept the licence at \(endpoint)/\(id) with "
        + "its account, or set HF_TOKEN to another"
      : "it is gated or private, or not there: accept its licence at \(endpoint)/\(id), and set "
        + "HF_TOKEN to a token of your account"
    return .usage("\(endpoint) refuses \(id) (\(reason)); \(remedy)")
  }

  private func missing(
    _ reason: String, _ headers: HTTPHeaders, _ subject: Subject
  ) -> TareError {
    switch subject {
    case .file(let name, let id):
      return .badData(
        place: "\(id), \(name)", found: reason, accepted: "the file that the hub's own list names")
    case .list(let id, let revision):
      switch headers.first("X-Error-Code") {
      case "RepoNotFound": return .usage("there is no model \(id) at \(endpoint)")
      case "RevisionNotFound": return .usage("\(id) has no revision '\(revision)'")
      default:
        return .usage(
          "there is no model \(id) at \(endpoint), or it has no revision '\(revision)' (\(reason))")
      }
    }
  }
}
