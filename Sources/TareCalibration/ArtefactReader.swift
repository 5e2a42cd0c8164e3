/// Reads the members of a saved calibration, with errors that name the member.
internal import TareCore

struct ArtefactReader {
  /// Where the object stands in the file: "calibration", "calibration.curve".
  let place: String
  private let object: JSONObject

  init(_ value: JSONValue, place: String) throws(TareError) {
    guard let object = value.object else {
      throw .badData(place: place, found: value.kindName, accepted: "an object")
    }
    self.place = place
    self.object = object
  }

  func error(_ member: String, found: String, accepted: String) -> TareError {
    .badData(place: "\(place).\(member)", found: found, accepted: accepted)
  }

  func member<Value>(
    _ name: String, _ accepted: String, _ read: (JSONValue) -> Value?
  ) throws(TareError) -> Value {
    guard let value = object[name] else { throw error(name, found: "nothing", accepted: accepted) }
    guard let result = read(value) else {
      throw error(name, found: value.kindName, accepted: accepted)
    }
    return result
  }

  func string(_ name: String) throws(TareError) -> String {
    try member(name, "a string") { $0.string }
  }

  func int(_ name: String) throws(TareError) -> Int { try member(name, "an integer") { $0.int } }

  func number(_ name: String) throws(TareError) -> Double {
    try member(name, "a number") { $0.double }
  }

  func numbers(_ name: String) throws(TareError) -> [Double] {
    try member(name, "an array of numbers") { value in
      let numbers = value.array?.compactMap(\.double)
      return numbers?.count == value.array?.count ? numbers : nil
    }
  }

  func object(_ name: String) throws(TareError) -> JSONObject {
    try member(name, "an object") { $0.object }
  }

  func reader(_ name: String) throws(TareError) -> ArtefactReader {
    try ArtefactReader(.object(try object(name)), place: "\(place).\(name)")
  }
}
