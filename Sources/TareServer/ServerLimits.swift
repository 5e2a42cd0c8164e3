/// What one request may ask for, and how many and how slow clients may be.
internal import Foundation
internal import TareCore

package struct ServerLimits: Sendable {
  /// Bytes of a request's body.
  package var bodyBytes = 16 << 20
  /// Bytes of the bodies that are being read at the same time, of all connections together.
  package var allBodyBytes = 128 << 20
  /// Texts of a request.
  package var texts = 8192
  /// Connections that are open; others wait until one is closed. Fewer where the process may not open
  /// as many files: one that cannot be opened would stop the server.
  package var connections = 4096
  /// In which a client must have sent its request whole and taken its answer, and for which a
  /// connection may be silent.
  package var transferTime = Duration.seconds(60)

  package init() {}

  /// `connections`, or as many as the process may open files less those that it needs itself; lets the
  /// process open as many as it can.
  func raisedConnections() -> Int {
    var files = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else {
      return connections
    }
    // Shells set a low limit that programs may raise.
    files.rlim_cur = files.rlim_max
    if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) != 0 {
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }
    return min(connections, max(Int(clamping: files.rlim_cur) - Self.ownFiles, 1))
  }

  /// Event loops, weights, and connections that are accepted before the limit is felt.
  private static let ownFiles = 128

  /// The texts in a member of a request.
  func texts(of request: JSONObject, _ member: String) throws(TareError) -> [String] {
    try elements(of: request, member, "an array of strings", each: "a string") { $0.string }
  }

  /// The elements of an array in a member of a request, each taken by `read`.
  ///
  /// - Parameters:
  ///   - accepted: what the member may be.
  ///   - each: what an element of it may be.
  func elements<Value>(
    of request: JSONObject, _ member: String, _ accepted: String, each: String,
    _ read: (JSONValue) -> Value?
  ) throws(TareError) -> [Value] {
    guard let array = request[member]?.array else {
      throw .badData(
        place: "'\(member)'", found: request[member]?.kindName ?? "nothing", accepted: accepted)
    }
    guard array.count <= texts else {
      throw .badData(
        place: "'\(member)'", found: "\(array.count) texts", accepted: "at most \(texts) texts")
    }
    var values: [Value] = []
    values.reserveCapacity(array.count)
    for (index, element) in array.enumerated() {
      guard let value = read(element) else {
        throw .badData(
          place: "'\(member)', text \(index)", found: element.kindName,
          accepted: each)
      }
      values.append(value)
    }
    return values
  }
}
