/// Reads the members of a saved calibration, with errors that name the member.
internal import TareCore

struct ArtefactReader {
  /// Where the object stands in the file: "calibration", "calibration.curve".
  let place: String
  private let object: JSONObject
  /// The outermost object's place, with which every place begins.
  var root: String { String(place.prefix { $0 != "." }) }

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

  func bool(_ name: String) throws(TareError) -> Bool {
    try member(name, "true or false") { $0.bool }
  }

  func bools(_ name: String) throws(TareError) -> [Bool] {
    try member(name, "an array of true and false") { value in
      let bools = value.array?.compactMap(\.bool)
      return bools?.count == value.array?.count ? bools : nil
    }
  }

  func numbersOrNulls(_ name: String) throws(TareError) -> [Double?] {
    try member(name, "an array of numbers and nulls") { value in
      guard let array = value.array,
        array.allSatisfy({ $0 == .null || $0.double?.isFinite == true })
      else { return nil }
      return array.map(\.double)
    }
  }

  /// An array of arrays of numbers.
  func rows(_ name: String) throws(TareError) -> [[Double]] {
    try member(name, "an array of arrays of numbers") { value in
      let rows = value.array?.compactMap { row -> [Double]? in
        let numbers = row.array?.compactMap(\.double)
        return numbers?.count == row.array?.count ? numbers : nil
      }
      return rows?.count == value.array?.count ? rows : nil
    }
  }

  /// A number from 0 to 2, the largest gamma.
  func share(_ name: String) throws(TareError) -> Double {
    let share = try number(name)
    guard (0...2).contains(share) else {
      throw error(name, found: "\(share)", accepted: "a number from 0 to 2")
    }
    return share
  }

  /// A place from 0.
  func index(_ name: String, below count: Int) throws(TareError) -> Int {
    let index = try int(name)
    guard (0..<count).contains(index) else {
      throw error(name, found: "\(index)", accepted: "an index from 0 to \(count - 1)")
    }
    return index
  }

  /// The objects of an array.
  func readers(_ name: String) throws(TareError) -> [ArtefactReader] {
    var readers: [ArtefactReader] = []
    let array = try member(name, "an array of objects") { $0.array }
    for (index, element) in array.enumerated() {
      readers.append(try ArtefactReader(element, place: "\(place).\(name)[\(index)]"))
    }
    return readers
  }

  /// Nil where the member is absent or null.
  func optional<Value>(
    _ name: String, _ read: (ArtefactReader) throws(TareError) -> Value
  ) throws(TareError) -> Value? {
    guard let value = object[name], value != .null else { return nil }
    return try read(self)
  }
}
