/// `tare train-head`: preference pairs in, a reward head and its card out.
internal import Foundation
internal import TareCalibration
package import TareCore
internal import TareEngine
internal import TareEvaluation
internal import TareFormats
internal import TareScoring
internal import TareStore
internal import TareTokenizers
internal import TareTraining

package struct TrainHeadRequest: Sendable {
  package var pairs: String
  /// A key of the file formats; nil to recognise them by content.
  package var format: String?
  /// Other names for the files' columns, as `--columns` has them.
  package var columns: [String] = []
  package var validation: String?
  /// What happens to rows that cannot be taken.
  package var policy = RowPolicy()
  package var output: String
  /// Where features are kept; nil keeps none.
  package var store: String?
  package var settings: ScoringSettings
  /// Ridge penalties to choose among.
  package var ridges: [Double]
  package var folds = 5
  package var bootstrap = 10_000
  /// Heads fitted on resampled prompts, for deviations of scores; nil for none.
  package var ensemble: Int?
  /// Whether the head gets Laplace's posterior of its weights, for deviations of scores.
  package var hasPosterior = false
  package var seed: UInt64 = 1

  package init(pairs: String, output: String, settings: ScoringSettings) {
    self.pairs = pairs
    self.output = output
    self.settings = settings
    // A quarter of a decade apart, 10 to 30,000; the features have unit variance.
    ridges = (4...18).map { pow(10, Double($0) / 4) }
  }
}

extension Pipeline {
  /// Fits a head on the pairs, saves it, and tells how good it is on the validation pairs.
  ///
  /// - Returns: a card as JSON: data, ridge, accuracy with its interval, correlation with length.
  package func trainHead(_ request: TrainHeadRequest) throws(TareError) -> JSONValue {
    try checkWritable(request.output)
    let uncertainty = try request.uncertainty()
    let text = try request.settings.textModel()
    warn(of: text)
    let options = try request.settings.options(readRule: .last, text: text, run: nil)
    let store = try Store(path: request.store ?? ":memory:")
    let extractor = FeatureExtractor(text, threads: request.settings.threads)
    let columns = try ColumnMapping(command: request.columns)
    let training = try readPairs(request.pairs, request.format, columns, request.policy)
    let validation = try request.validation.map { (path) throws(TareError) in
      try readPairs(path, request.format, columns, request.policy)
    }

    let (features, computed) = try store.pairFeatures(
      training.rows, with: extractor, options, observer: observer)
    let (head, choice) = try LinearHead.fit(
      features, prompts: training.rows.map(\.promptText), ridges: request.ridges,
      folds: request.folds, uncertainty: uncertainty)
    let file = head.file(for: text, options)
    try write(file, to: request.output)

    var card: JSONValue = [
      "model": .string(text.name), "model_sha256": .string(text.digest.description),
      "read": .string(options.readRule.description),
      "head_sha256": .string(file.withUnsafeBytes { Digest(of: $0) }.description),
      "features_computed": .int(computed), "folds": .int(request.folds),
      "ridge": .double(choice.ridge),
      "ridges": .array(
        choice.losses.map { ["ridge": .double($0.ridge), "held_out_loss": .double($0.loss)] }),
    ]
    if !options.variables.isEmpty {
      card[member: "template_kwargs"] = .object(options.variables)
    }
    if let uncertainty = head.uncertainty {
      card[member: "uncertainty"] = [
        "method": .string(uncertainty.kind.rawValue), "rows": .int(uncertainty.weights.count),
      ]
    }
    let bootstrap = try Bootstrap(resamples: request.bootstrap, seed: request.seed)
    card[member: "training"] = try head.judged(features, training, bootstrap)
    if let validation {
      let (features, _) = try store.pairFeatures(
        validation.rows, with: extractor, options, observer: observer)
      card[member: "validation"] = try head.judged(features, validation, bootstrap)
    }
    return card
  }

  func readPairs(
    _ path: String, _ format: String?, _ columns: ColumnMapping, _ policy: RowPolicy
  ) throws(TareError) -> (file: InputFile, rows: [CandidateSet]) {
    let file = try InputFile(path)
    return (file, try readPairs(file, format, columns, policy))
  }

  func readPairs(
    _ file: InputFile, _ format: String?, _ columns: ColumnMapping, _ policy: RowPolicy
  ) throws(TareError) -> [CandidateSet] {
    let read = try readCandidates(
      file.bytes, name: file.name, format: format, columns: columns, badRows: policy.badRows)
    if let note = read.tieNote { observer.notice("\(file.name): \(note)") }
    let rows = read.filter { !$0.isTie }
    noticeUnusedText(unusedTextColumns(of: rows), in: file.name)
    do throws(TareError) {
      return try rows.joiningLabelledAnswers()
    } catch {
      throw error.inside(file.name)
    }
  }
}

/// What a head's file says beside its tensors: the model that it is for, and where it reads.
func headMetadata(for text: TextModel, _ options: ScoringOptions) -> [String: String] {
  var metadata = [
    "format": "pt", "model": text.name, "model_sha256": text.digest.description,
    "read": options.readRule.description,
  ]
  if !options.variables.isEmpty {
    metadata["template_kwargs"] = JSONValue.object(options.variables).text()
  }
  if options.tokenRules != .five { metadata["tokens"] = options.tokenRules.rawValue }
  return metadata
}

extension LinearHead {
  /// The head as a safetensors file that says which model it is for and where it reads.
  fileprivate func file(for text: TextModel, _ options: ScoringOptions) -> Data {
    var tensors: [(name: String, shape: [Int], values: [Float])] = [
      ("score.weight", [1, weights[0].count], weights[0]), ("score.bias", [1], biases),
    ]
    if let uncertainty {
      let (rows, name) = (uncertainty.weights, uncertainty.kind.rawValue)
      tensors += [
        ("\(name).weight", [rows.count, weights[0].count], Array(rows.joined())),
        ("\(name).bias", [rows.count], uncertainty.biases),
      ]
    }
    return Safetensors.encode(tensors, metadata: headMetadata(for: text, options))
  }

  /// How the head judges pairs: accuracy with its interval, and how its score goes with length.
  fileprivate func judged(
    _ features: [(chosen: [Float], rejected: [Float])],
    _ pairs: (file: InputFile, rows: [CandidateSet]), _ bootstrap: Bootstrap
  ) throws(TareError) -> JSONValue {
    var responses: [ScoredResponse] = []
    // A prompt may have several pairs.
    var counts: [PromptKey: Int] = [:]
    for (pair, row) in zip(features, pairs.rows) {
      let key = PromptKey(section: row.section, subset: row.subset, id: row.id)
      let number = counts[key, default: 0]
      counts[key] = number + 1
      for (index, candidate) in row.responses.enumerated() {
        let vector = candidate.role == .chosen ? pair.chosen : pair.rejected
        let length = candidate.text.unicodeScalars.count
        var response = ScoredResponse(
          promptID: row.id, index: 2 * number + index, role: candidate.role,
          score: Double(score(vector)), covariates: ["length": Double(length)],
          subset: row.subset, section: row.section)
        response.pair = number == 0 ? nil : number
        responses.append(response)
      }
    }
    let uncertainty = try uncertaintyJSON(features, pairs.rows, bootstrap)
    let evaluation = try Pairs.evaluate(responses, EvaluationOptions(bootstrap: bootstrap))
    let diagnosis = Diagnosis(of: try CalibrationTable(responses, covariates: [.length]))
    var object: JSONObject = [
      "file": .string(URL(filePath: pairs.file.name).lastPathComponent),
      "sha256": .string(pairs.file.digest.description),
      "evaluation": evaluation.json, "length": diagnosis.json,
    ]
    object["uncertainty"] = uncertainty
    return .object(object)
  }

  /// How well the deviations hold on pairs; nil for a head without.
  private func uncertaintyJSON(
    _ features: [(chosen: [Float], rejected: [Float])], _ rows: [CandidateSet],
    _ bootstrap: Bootstrap
  ) throws(TareError) -> JSONValue? {
    guard let uncertainty else { return nil }
    var (deviations, correlations) = (0.0, 0.0)
    var pairs: [UncertainOrders.Pair] = []
    for (pair, row) in zip(features, rows) {
      let ofDifference = uncertainty.deviation(pair.chosen, less: pair.rejected)
      let own = [uncertainty.deviation(pair.chosen), uncertainty.deviation(pair.rejected)]
      deviations += (own[0] + own[1]) / 2
      let product = own[0] * own[1]
      let squares = own[0] * own[0] + own[1] * own[1]
      correlations += product > 0 ? (squares - ofDifference * ofDifference) / 2 / product : 0
      pairs.append(
        .init(
          margin: Double(score(pair.chosen)) - Double(score(pair.rejected)),
          deviation: ofDifference, prompt: row.promptText))
    }
    var object = try UncertainOrders(pairs, bootstrap).json.object ?? [:]
    let count = Double(max(pairs.count, 1))
    object["mean_sd"] = .double(deviations / count)
    // What `pairs --sure` needs, which knows no states.
    object["mean_correlation"] = .double(correlations / count)
    return .object(object)
  }
}

extension TrainHeadRequest {
  /// - Throws: `TareError.usage` for both ways at once, and a number that is no ensemble.
  fileprivate func uncertainty() throws(TareError) -> UncertaintyMethod? {
    guard let ensemble else { return hasPosterior ? .laplace : nil }
    guard !hasPosterior else {
      throw .usage("--ensemble and --laplace are two ways to the same: expected one of them")
    }
    guard (2...1000).contains(ensemble) else {
      throw .usage("--ensemble: expected 2 to 1000, found \(ensemble)")
    }
    return .ensemble(members: ensemble, seed: seed)
  }
}

extension JSONValue {
  subscript(member key: String) -> JSONValue? {
    get { object?[key] }
    set {
      guard case .object(var object) = self else { return }
      object[key] = newValue
      self = .object(object)
    }
  }
}

extension CandidateSet {
  /// What pairs of one prompt have in common.
  var promptText: String {
    JSONValue.array(prompt.map(\.json) + [.object(context.json)]).text()
  }
}
