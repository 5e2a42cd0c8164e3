/// The saved form of a calibration.
package import TareCore

extension Calibration {
  package var json: JSONValue {
    .object([
      "version": .int(Calibration.version),
      "method": .string(method),
      "covariate": .object([
        "name": .string(covariate.name), "definition": .string(covariate.definition),
      ]),
      "parameters": .object(parameters),
      "curve": curve.json,
      "range": .array([.double(range.lowerBound), .double(range.upperBound)]),
      "n": .int(n),
      "digest": .string(digest),
      "date": .string(date),
    ])
  }

  /// - Throws: `TareError.badData` that names the member, what stands there and what is accepted.
  package init(json: JSONValue) throws(TareError) {
    let reader = try ArtefactReader(json, place: "calibration")
    let version = try reader.int("version")
    guard version == Calibration.version else {
      throw reader.error(
        "version", found: "\(version)", accepted: "\(Calibration.version), this program's")
    }
    let covariate = try reader.reader("covariate")
    let range = try reader.numbers("range")
    guard range.count == 2, range.allSatisfy(\.isFinite), range[0] <= range[1] else {
      throw reader.error("range", found: "\(range)", accepted: "two numbers, the smaller first")
    }
    let n = try reader.int("n")
    guard n > 0 else { throw reader.error("n", found: "\(n)", accepted: "1 row or more") }
    self.init(
      method: try reader.string("method"),
      covariate: Covariate(
        name: try covariate.string("name"), definition: try covariate.string("definition")),
      parameters: try reader.object("parameters"),
      curve: try Curve(try reader.reader("curve")),
      range: range[0]...range[1], n: n,
      digest: try reader.string("digest"), date: try reader.string("date"))
  }
}
