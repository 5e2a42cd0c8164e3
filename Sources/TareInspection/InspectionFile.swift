/// What `tare inspect --routing` and `--attention` print with --json, and `--inspection` of
/// `tare report` reads.
package import Foundation
package import TareCore

/// One or both; keys are in snake case.
package struct InspectionFile: Codable, Sendable, Equatable {
  package var routing: RoutingInspection?
  package var attention: AttentionInspection?

  package init(routing: RoutingInspection? = nil, attention: AttentionInspection? = nil) {
    self.routing = routing
    self.attention = attention
  }

  /// - Throws: `TareError.fault` for a number that is not finite.
  package func json() throws(TareError) -> JSONValue {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = .sortedKeys
    do {
      return try JSONValue(parsing: try encoder.encode(self))
    } catch {
      throw .fault("an inspection has no JSON form: \(error)")
    }
  }

  /// - Parameter data: the file's bytes.
  /// - Throws: `TareError.badData` that names the member, for what is no JSON, no inspection, or an
  ///   inspection whose lists do not fit each other.
  package init(parsing data: Data) throws(TareError) {
    let json = try JSONValue(parsing: data)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(InspectionFile.self, from: data)
    } catch let error as DecodingError {
      throw error.badData(in: json)
    } catch {
      throw .badData(place: "", found: "\(error)", accepted: Self.accepted)
    }
    guard routing != nil || attention != nil else {
      throw .badData(
        place: "", found: "neither a member routing nor a member attention",
        accepted: Self.accepted)
    }
    try routing?.checkShapes()
    try attention?.checkShapes()
  }

  fileprivate static let accepted = "the JSON output of `tare inspect` on inputs"
}

extension DecodingError {
  /// The same with the place as the file writes it, and what stands there.
  fileprivate func badData(in json: JSONValue) -> TareError {
    let accepted = InspectionFile.accepted
    switch self {
    case .keyNotFound(let key, let context):
      return .badData(
        place: (context.codingPath + [key]).inSnakeCase, found: "no such member",
        accepted: accepted)
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let path = context.codingPath
      return .badData(
        place: path.inSnakeCase, found: json.value(at: path)?.shown ?? "nothing",
        accepted: accepted)
    @unknown default:
      return .badData(place: "", found: "\(self)", accepted: accepted)
    }
  }
}

extension [any CodingKey] {
  /// "routing.layers[3].loss.micro_batch".
  fileprivate var inSnakeCase: String {
    reduce(into: "") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.inSnakeCase
      }
    }
  }
}

extension CodingKey {
  fileprivate var inSnakeCase: String {
    stringValue.reduce(into: "") { text, letter in
      text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
  }
}

extension JSONValue {
  fileprivate func value(at path: [any CodingKey]) -> JSONValue? {
    var value: JSONValue? = self
    for key in path {
      if let index = key.intValue {
        let list = value?.array ?? []
        value = list.indices.contains(index) ? list[index] : nil
      } else {
        value = value?[key.inSnakeCase]
      }
    }
    return value
  }

  /// A number itself, of others the kind.
  fileprivate var shown: String {
    switch self {
    case .int, .bigInt, .double: text()
    default: kindName
    }
  }
}
