/// What one request may ask for.
internal import TareCore

package struct ServerLimits: Sendable {
  /// Bytes of a request's body.
  package var bodyBytes = 64 << 20
  /// Texts of a request.
  package var texts = 8192

  package init() {}

  /// The texts in a member of a request.
  func texts(of request: JSONObject, _ member: String) throws(TareError) -> [String] {
    guard let array = request[member]?.array else {
      throw .badData(
        place: "'\(member)'", found: request[member]?.kindName ?? "nothing",
        accepted: "an array of strings")
    }
    guard array.count <= texts else {
      throw .badData(
        place: "'\(member)'", found: "\(array.count) texts", accepted: "at most \(texts)")
    }
    var strings: [String] = []
    strings.reserveCapacity(array.count)
    for (index, value) in array.enumerated() {
      guard let string = value.string else {
        throw .badData(
          place: "'\(member)', text \(index)", found: value.kindName, accepted: "a string")
      }
      strings.append(string)
    }
    return strings
  }
}
