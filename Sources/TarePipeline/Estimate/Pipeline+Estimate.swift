/// `tare estimate`: means of policies from many scores and few labels.
internal import TareCalibration
package import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareStore

package struct EstimateOutcome: Sendable {
  let estimates: PolicyEstimates
  /// Policies that have labels, and those that have none.
  let covariates: [String]
  let notes: [String]
  let budget: String?

  package var json: JSONValue {
    [
      "labelled": .int(estimates.labelled),
      "labelled_prompts": .int(estimates.labelledPrompts),
      "label_range": estimates.labelRange.json,
      "covariates": .array(covariates.map { .string($0) }),
      "policies": .array(estimates.policies.map(\.json)),
      "differences": .array(estimates.differences.map(\.json)),
      "notes": .array(notes.map { .string($0) }),
    ]
  }
}

extension Pipeline {
  /// - Throws: `TareError.badData` with too few labels, and for a policy to compare with that there is not.
  package func estimate(_ request: EstimateRequest) throws(TareError) -> EstimateOutcome {
    var request = request
    let halfWidth = try request.halfWidth
    if let margin = request.margin, !(margin > 0 && margin.isFinite) {
      throw .usage("--margin: expected a number above 0, found \(margin)")
    }
    let source = try request.read()
    var samples: [PolicySample] = []
    for part in source.parts { samples.append(try sample(part, source.covariates)) }
    var against = 0
    if let name = request.against {
      guard let place = samples.firstIndex(where: { $0.name == name }) else {
        throw .usage(
          "--against: expected one of \(list(samples.map(\.name))), found \(name)")
      }
      against = place
    }
    let estimates = try PolicyEstimates(
      samples, against: against, margin: request.margin, halfWidth: halfWidth)
    return EstimateOutcome(
      estimates: estimates, covariates: source.covariates.map(\.name),
      notes: source.parts.compactMap(\.groupingNote).first.map { [$0] } ?? [],
      budget: request.budget)
  }

  private func sample(
    _ part: ScorePart, _ covariates: [Covariate]
  ) throws(TareError) -> PolicySample {
    let responses = part.responses
    try responses.requireFiniteScores()
    let labels = responses.indices.map { row -> Double? in
      let goodness = responses.goodness(row)
      return ScoredResponses.isMissing(goodness) ? nil : goodness
    }
    if let row = labels.firstIndex(where: { $0.map { !$0.isFinite } ?? false }) {
      throw .badData(
        place: "row \(row + 1)", found: "a label that is not finite", accepted: "a finite number")
    }
    let columns = try covariates.map { (covariate) throws(TareError) -> [Double] in
      guard let column = responses.covariate(covariate.name) else {
        throw .badData(
          place: part.name ?? "the scores", found: "rows without \(covariate.name)",
          accepted: "this covariate in every row")
      }
      return column
    }
    return PolicySample(
      name: part.name ?? "all", scores: responses.scores, labels: labels,
      prompts: responses.indices.map { responses.prompts[$0] ?? "" }, covariates: columns)
  }
}

extension EstimateRequest {
  /// Reads the policies, each a part.
  fileprivate mutating func read() throws(TareError) -> ScoreParts {
    source.allowsMissingLabels = true
    try source.readPipe()
    let read = try source.read(covariates: covariates)
    guard source.by == nil, read.parts.count == 1, let table = read.table,
      let column = Self.usualColumns.first(where: table.has)
    else { return read }
    source.by = column
    return try source.read(covariates: covariates)
  }

  /// Half a width, by the labels' range.
  fileprivate var halfWidth: (@Sendable (ClosedRange<Double>) -> Double)? {
    get throws(TareError) {
      guard let budget else { return nil }
      let isShare = budget.hasSuffix("%")
      guard let number = Double(isShare ? String(budget.dropLast()) : budget), number > 0,
        number.isFinite
      else {
        throw .usage(
          "--budget: expected a number above 0, or with % of the labels' range, found \(budget)")
      }
      return { range in
        isShare ? number / 100 * (range.upperBound - range.lowerBound) : number
      }
    }
  }
}

extension PolicyEstimates.Policy {
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "responses": .int(responses), "prompts": .int(prompts),
      "labelled": .int(labelled), "labels_alone": labels?.json ?? .null,
      "ppi": predictionPowered?.json ?? .null,
      "lambda": lambda.map { .double($0) } ?? .null, "calibrated": calibrated.json,
      "corrected_by_own_labels": .bool(isCorrected), "transport": transport?.json ?? .null,
    ]
    object["budget"] = budget?.json
    return .object(object)
  }
}

extension PolicyEstimates.Difference {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "against": .string(against), "labels_alone": labels?.json ?? .null,
      "ppi": predictionPowered?.json ?? .null, "calibrated": calibrated.json,
    ]
  }
}
