/// The saved form of a bias.
internal import TareCore

extension Bias {
  var json: JSONValue {
    switch self {
    case .curve(let curve, let covariate):
      return ["form": "curve", "covariate": .int(covariate), "curve": curve.json]
    case .sum(let terms):
      return ["form": "sum", "terms": .array(terms.map(\.json))]
    case .surface(let surface, let first, let second):
      return [
        "form": "surface", "covariates": .array([.int(first), .int(second)]),
        "x": .array(surface.x.map { .double($0) }), "y": .array(surface.y.map { .double($0) }),
        "bias": .array(surface.bias.map { .double($0) }),
      ]
    case .quantiles(let map, let covariate):
      return [
        "form": "quantiles", "covariate": .int(covariate),
        "x": .array(map.x.map { .double($0) }),
        "local": .array(map.local.map { .array($0.map { .double($0) }) }),
        "overall": .array(map.overall.map { .double($0) }),
      ]
    case .probability(let curve):
      return ["form": "probability", "curve": curve.json]
    case .subsets(let biases, let otherwise):
      var subsets = JSONObject()
      for (name, bias) in biases.sorted(by: { $0.key < $1.key }) { subsets[name] = bias.json }
      return ["form": "subsets", "subsets": .object(subsets), "otherwise": otherwise.json]
    case .scaled(let bias, let share):
      return ["form": "scaled", "bias": bias.json, "share": .double(share)]
    case .mixture(let first, let second, let share):
      return [
        "form": "mixture", "first": first.json, "second": second.json, "share": .double(share),
      ]
    case .folds(let biases):
      return ["form": "folds", "folds": .array(biases.map(\.json))]
    case .rowFolds(let biases):
      return ["form": "row-folds", "folds": .array(biases.map(\.json))]
    }
  }

  /// - Parameter covariates: how many there are; a place beyond them is an error.
  init(_ reader: ArtefactReader, covariates: Int) throws(TareError) {
    do {
      self = try Bias.read(reader, covariates)
    } catch {
      // Checks of the parts do not know where they stand.
      guard case .badData(let place, _, _) = error, !place.hasPrefix(reader.root) else {
        throw error
      }
      throw error.inside(reader.place)
    }
  }

  private static func read(
    _ reader: ArtefactReader, _ covariates: Int
  ) throws(TareError) -> Bias {
    switch try reader.string("form") {
    case "curve":
      return .curve(
        try Curve(try reader.reader("curve")),
        covariate: try reader.index("covariate", below: covariates))
    case "sum":
      var terms: [Bias] = []
      for term in try reader.readers("terms") {
        terms.append(try Bias(term, covariates: covariates))
      }
      return .sum(terms)
    case "surface":
      let numbers = try reader.numbers("covariates")
      let places = numbers.compactMap { Int(exactly: $0) }
      guard numbers.count == 2, places.count == 2,
        places.allSatisfy({ (0..<covariates).contains($0) })
      else {
        throw reader.error(
          "covariates", found: "\(numbers)", accepted: "the indices of two covariates")
      }
      let surface = Surface(
        x: try reader.numbers("x"), y: try reader.numbers("y"), bias: try reader.numbers("bias"))
      try surface.check()
      return .surface(surface, first: places[0], second: places[1])
    case "quantiles":
      let map = QuantileMap(
        x: try reader.numbers("x"), local: try reader.rows("local"),
        overall: try reader.numbers("overall"))
      try map.check()
      return .quantiles(map, covariate: try reader.index("covariate", below: covariates))
    case "probability":
      return .probability(try Curve(try reader.reader("curve")))
    case "subsets":
      let subsets = try reader.reader("subsets")
      var biases: [String: Bias] = [:]
      for name in try reader.object("subsets").keys {
        biases[name] = try Bias(try subsets.reader(name), covariates: covariates)
      }
      return .subsets(
        biases, otherwise: try Bias(try reader.reader("otherwise"), covariates: covariates))
    case "scaled":
      return .scaled(
        try Bias(try reader.reader("bias"), covariates: covariates),
        by: try reader.share("share"))
    case "mixture":
      return .mixture(
        try Bias(try reader.reader("first"), covariates: covariates),
        try Bias(try reader.reader("second"), covariates: covariates),
        share: try reader.share("share"))
    case "folds", "row-folds":
      var folds: [Bias] = []
      for fold in try reader.readers("folds") {
        folds.append(try Bias(fold, covariates: covariates))
      }
      guard !folds.isEmpty else {
        throw reader.error("folds", found: "none", accepted: "one or more")
      }
      return try reader.string("form") == "folds" ? .folds(folds) : .rowFolds(folds)
    case let form:
      throw reader.error(
        "form", found: "'\(form)'",
        accepted: """
          curve, sum, surface, quantiles, probability, subsets, scaled, mixture, folds, row-folds
          """)
    }
  }
}
