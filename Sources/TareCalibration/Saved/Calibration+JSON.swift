/// The saved form of a calibration.
package import TareCore

extension Calibration {
  package var json: JSONValue {
    .object([
      "version": .int(Calibration.version),
      "method": .string(method),
      "covariates": .array(
        covariates.map {
          [
            "name": .string($0.name), "id": .string($0.id), "definition": .string($0.definition),
          ]
        }),
      "parameters": .object(parameters),
      "gamma": .double(gamma),
      "offset": .double(offset),
      "bias": bias.json,
      "ranges": .array(ranges.map { .array([.double($0.lowerBound), .double($0.upperBound)]) }),
      "n": .int(n),
      "prompts": prompts.map { .int($0) } ?? .null,
      "findings": .object(findings),
      "digest": .string(digest),
      "date": .string(date),
    ])
  }

  /// - Throws: `TareError.badData` that names the member, what stands there and what is accepted.
  package init(json: JSONValue) throws(TareError) {
    let reader = try ArtefactReader(json, place: "calibration")
    let version = try reader.int("version")
    guard (2...Calibration.version).contains(version) else {
      throw reader.error(
        "version", found: "\(version)", accepted: "2 or \(Calibration.version)")
    }
    var covariates: [Covariate] = []
    for covariate in try reader.readers("covariates") {
      covariates.append(
        try version == 2 ? Covariate(ofVersion2: covariate) : Covariate(covariate))
    }
    var ranges: [ClosedRange<Double>] = []
    for range in try reader.rows("ranges") {
      guard range.count == 2, range.allSatisfy(\.isFinite), range[0] <= range[1] else {
        throw reader.error("ranges", found: "\(range)", accepted: "two numbers, the smaller first")
      }
      ranges.append(range[0]...range[1])
    }
    guard ranges.count == covariates.count else {
      throw reader.error(
        "ranges", found: "\(ranges.count)", accepted: "\(covariates.count), one per covariate")
    }
    let n = try reader.int("n")
    guard n > 0 else { throw reader.error("n", found: "\(n)", accepted: "at least 1 row") }
    let gamma = try reader.number("gamma")
    let offset = try reader.number("offset")
    for (name, number) in [("gamma", gamma), ("offset", offset)] where !number.isFinite {
      throw reader.error(name, found: "\(number)", accepted: "a finite number")
    }
    self.init(
      method: try reader.string("method"), covariates: covariates,
      parameters: try reader.object("parameters"),
      bias: try Bias(try reader.reader("bias"), covariates: covariates.count),
      gamma: gamma, offset: offset, ranges: ranges, n: n,
      prompts: try reader.optional("prompts") { (reader) throws(TareError) in
        let prompts = try reader.int("prompts")
        guard prompts >= 0 else {
          throw reader.error("prompts", found: "\(prompts)", accepted: "0 or more")
        }
        return prompts
      },
      findings: try reader.object("findings"),
      digest: try reader.string("digest"), date: try reader.string("date"))
  }
}

extension Covariate {
  fileprivate init(_ reader: ArtefactReader) throws(TareError) {
    self.init(
      name: try reader.string("name"), id: try reader.string("id"),
      definition: try reader.string("definition"))
  }
}
