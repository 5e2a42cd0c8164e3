/// The saved form of a calibration of probabilities.
package import TareCore

extension ProbabilityCalibration {
  /// What tells the file from that of a calibration of scores.
  package static let kind = "probabilities"

  package var json: JSONValue {
    [
      "kind": .string(Self.kind), "version": .int(Self.version), "id": .string(id),
      "questions": .array(questions.map(\.json)), "folds": .int(folds),
      "seed": .string("\(seed)"), "data": .string(data), "date": .string(date),
    ]
  }

  /// - Throws: `TareError.badData` that names the member, what stands there and what is accepted; also
  ///   where the id is not that of what the file holds.
  package init(json: JSONValue) throws(TareError) {
    let reader = try ArtefactReader(json, place: "calibration")
    let kind = try reader.string("kind")
    guard kind == Self.kind else {
      throw reader.error("kind", found: kind, accepted: Self.kind)
    }
    let version = try reader.int("version")
    guard version == Self.version else {
      throw reader.error("version", found: "\(version)", accepted: "\(Self.version)")
    }
    var questions: [QuestionCalibration] = []
    for question in try reader.readers("questions") {
      questions.append(try QuestionCalibration(question))
    }
    let seed = try reader.string("seed")
    guard let number = UInt64(seed) else {
      throw reader.error("seed", found: seed, accepted: "a number")
    }
    self.init(
      questions: questions, folds: try reader.int("folds"), seed: number,
      data: try reader.string("data"), date: try reader.string("date"))
    let id = try reader.string("id")
    guard id == self.id else {
      throw reader.error(
        "id", found: "\(id) (the file was changed by hand)", accepted: "\(self.id)")
    }
  }
}

extension QuestionCalibration {
  var json: JSONValue {
    var losses: JSONObject = [:]
    for method in ProbabilityMethod.allCases {
      losses[method.rawValue] = heldOut[method].map { .double($0) }
    }
    var object: JSONObject = [
      "name": .string(name), "type": .string(type.rawValue),
      "options": .array(options.map { .string($0) }), "map": map.json,
      "held_out_log_loss": .object(losses), "rows": .int(rows), "prompts": .int(prompts),
    ]
    // Nothing where it did: the id of a calibration is that of its members.
    if !didConverge { object["converged"] = false }
    object["sets"] = sets?.json
    object["abstention"] = abstention?.json
    return .object(object)
  }

  fileprivate init(_ reader: ArtefactReader) throws(TareError) {
    let word = try reader.string("type")
    guard let type = QuestionType(rawValue: word) else {
      throw reader.error("type", found: word, accepted: "noul, choice or score")
    }
    let options = try reader.member("options", "at least two texts") { value -> [String]? in
      let texts = value.array?.compactMap(\.string) ?? []
      return texts.count > 1 && texts.count == value.array?.count ? texts : nil
    }
    let losses = try reader.reader("held_out_log_loss")
    var heldOut: [ProbabilityMethod: Double] = [:]
    for method in ProbabilityMethod.allCases {
      heldOut[method] = try losses.optional(method.rawValue) { (reader) throws(TareError) in
        try reader.number(method.rawValue)
      }
    }
    self.init(
      name: try reader.string("name"), type: type, options: options,
      map: try ProbabilityMap(try reader.reader("map"), options: options.count),
      heldOut: heldOut, rows: try reader.int("rows"), prompts: try reader.int("prompts"),
      didConverge: try reader.optional("converged") { (reader) throws(TareError) in
        try reader.bool("converged")
      } ?? true,
      sets: try reader.optional("sets") { (reader) throws(TareError) in
        try ConformalSets(try reader.reader("sets"))
      },
      abstention: try reader.optional("abstention") { (reader) throws(TareError) in
        try Abstention(try reader.reader("abstention"))
      })
  }
}

extension ProbabilityMap {
  var json: JSONValue {
    func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .double($0) }) }
    var object: JSONObject = ["method": .string(method.rawValue)]
    switch self {
    case .none: break
    case .temperature(let temperature): object["temperature"] = .double(temperature)
    case .platt(let slope, let biases):
      object["slope"] = .double(slope)
      object["biases"] = numbers(biases)
    case .isotonic(let steps):
      object["curves"] = .array(steps.map { ["x": numbers($0.x), "y": numbers($0.y)] })
    case .beta(let curves):
      object["curves"] = .array(
        curves.map { ["a": .double($0.a), "b": .double($0.b), "c": .double($0.c)] })
    }
    return .object(object)
  }

  fileprivate init(_ reader: ArtefactReader, options: Int) throws(TareError) {
    let word = try reader.string("method")
    let curves = options == 2 ? 1 : options
    switch ProbabilityMethod(rawValue: word) {
    case .none?: self = .none
    case .temperature?:
      let temperature = try reader.number("temperature")
      guard temperature.isFinite, temperature > 0 else {
        throw reader.error("temperature", found: "\(temperature)", accepted: "above 0")
      }
      self = .temperature(temperature)
    case .platt?:
      let biases = try reader.numbers("biases")
      guard biases.count == options else {
        throw reader.error("biases", found: "\(biases.count)", accepted: "\(options)")
      }
      self = .platt(slope: try reader.number("slope"), biases: biases)
    case .isotonic?:
      var steps: [IsotonicSteps] = []
      for curve in try reader.readers("curves") { steps.append(try IsotonicSteps(curve)) }
      guard steps.count == curves else {
        throw reader.error("curves", found: "\(steps.count)", accepted: "\(curves)")
      }
      self = .isotonic(steps)
    case .beta?:
      var found: [BetaCurve] = []
      for curve in try reader.readers("curves") {
        found.append(
          BetaCurve(
            a: try curve.number("a"), b: try curve.number("b"), c: try curve.number("c")))
      }
      guard found.count == curves else {
        throw reader.error("curves", found: "\(found.count)", accepted: "\(curves)")
      }
      self = .beta(found)
    case nil:
      throw reader.error(
        "method", found: word,
        accepted: ProbabilityMethod.allCases.map(\.rawValue).joined(separator: ", "))
    }
  }
}

extension IsotonicSteps {
  fileprivate init(_ reader: ArtefactReader) throws(TareError) {
    let (x, y) = (try reader.numbers("x"), try reader.numbers("y"))
    guard !x.isEmpty, x.count == y.count, zip(x, x.dropFirst()).allSatisfy({ $0 < $1 }),
      zip(y, y.dropFirst()).allSatisfy({ $0 <= $1 }), y.allSatisfy({ (0...1).contains($0) })
    else {
      throw reader.error("x", found: "\(x.count) points", accepted: "rising points, as many y")
    }
    self.init(x: x, y: y)
  }
}

extension ConformalSets {
  var json: JSONValue {
    [
      "miss": .double(miss), "threshold": threshold.isFinite ? .double(threshold) : .null,
      "rows": .int(rows), "ordinal": .bool(isOrdinal), "seed": .string("\(seed)"),
    ]
  }

  fileprivate init(_ reader: ArtefactReader) throws(TareError) {
    self.init(
      miss: try reader.number("miss"),
      threshold: try reader.optional("threshold") { (reader) throws(TareError) in
        try reader.number("threshold")
      } ?? .infinity, rows: try reader.int("rows"), isOrdinal: try reader.bool("ordinal"),
      seed: UInt64(try reader.string("seed")) ?? 1)
  }
}

extension Abstention {
  var json: JSONValue {
    [
      "risk": .double(risk), "delta": .double(delta),
      "threshold": threshold.map { .double($0) } ?? .null, "rows": .int(rows),
      "answered": .int(answered), "wrong": .int(wrong),
    ]
  }

  fileprivate init(_ reader: ArtefactReader) throws(TareError) {
    self.init(
      risk: try reader.number("risk"), delta: try reader.number("delta"),
      threshold: try reader.optional("threshold") { (reader) throws(TareError) in
        try reader.number("threshold")
      }, rows: try reader.int("rows"), answered: try reader.int("answered"),
      wrong: try reader.int("wrong"))
  }
}
