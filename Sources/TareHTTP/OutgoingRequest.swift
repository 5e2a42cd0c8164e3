/// A request as libcurl is given it, checked: nothing in it can become another header, or a credential.
internal import Foundation
internal import TareCore

struct OutgoingRequest: Sendable {
  let address: String
  let lines: [String]
  let method: String
  let body: [UInt8]?
  let connectTimeout: Duration
  let idleTimeout: Duration?
  let timeout: Duration?

  /// - Throws: `TareError.badData` for what is no http or https address, and for a method, a header's
  ///   name or a value that would end its line.
  init(_ request: HTTPRequest) throws(TareError) {
    address = try Self.address(request.url)
    lines = try Self.lines(request)
    method = request.method
    body = request.body
    connectTimeout = request.connectTimeout
    idleTimeout = request.idleTimeout
    timeout = request.timeout
  }

  /// Without a fragment, and without a user, whom the library would send as credentials.
  private static func address(_ url: String) throws(TareError) -> String {
    guard let whole = URL(string: url),
      var parts = URLComponents(url: whole, resolvingAgainstBaseURL: true),
      let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
      parts.host?.isEmpty == false
    else {
      throw .badData(place: "address", found: "'\(url)'", accepted: "an http or https address")
    }
    parts.user = nil
    parts.password = nil
    parts.fragment = nil
    return parts.string ?? url
  }

  private static func lines(_ request: HTTPRequest) throws(TareError) -> [String] {
    guard isToken(request.method) else {
      throw .badData(
        place: request.url, found: "the method '\(request.method)'", accepted: "a word")
    }
    var lines: [String] = []
    for (name, value) in request.headers.fields {
      // The value may be a secret.
      guard isToken(name), value.utf8.allSatisfy({ $0 == 9 || $0 >= 32 && $0 != 127 }) else {
        throw .badData(
          place: "\(request.url), header '\(name)'", found: "a control character",
          accepted: "text")
      }
      // So the library spells a header without a value.
      lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    // What the library would add by itself: a type of forms, and a question before long bodies.
    for name in ["accept", "content-type", "expect"] where request.headers.first(name) == nil {
      lines.append("\(name):")
    }
    return lines
  }

  /// RFC 9110, section 5.6.2.
  private static func isToken(_ text: String) -> Bool {
    let others = Set("!#$%&'*+-.^_`|~".utf8)
    return !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || others.contains(byte)
      }
  }
}
