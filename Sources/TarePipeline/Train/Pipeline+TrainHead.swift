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
      folds: request.folds)
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
    Safetensors.encode(
      [
        (name: "score.weight", shape: [1, weights[0].count], values: weights[0]),
        (name: "score.bias", shape: [1], values: biases),
      ],
      metadata: headMetadata(for: text, options))
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
    let evaluation = try Pairs.evaluate(responses, EvaluationOptions(bootstrap: bootstrap))
    let diagnosis = Diagnosis(of: try CalibrationTable(responses, covariates: [.length]))
    return [
      "file": .string(URL(filePath: pairs.file.name).lastPathComponent),
      "sha256": .string(pairs.file.digest.description),
      "evaluation": evaluation.json, "length": diagnosis.json,
    ]
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
