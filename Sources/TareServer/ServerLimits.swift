/// What one request may ask for.
internal import TareCore

package struct ServerLimits: Sendable {
  /// Bytes of a request's body.
  package var bodyBytes = 64 << 20
  /// Texts of a request.
  package var texts = 8192
  /// Texts that wait for the model; while there are more, requests are told to come again.
  package var waiting = 65_536

  package init() {}

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
        place: "'\(member)'", found: "\(array.count) texts", accepted: "at most \(texts)")
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
