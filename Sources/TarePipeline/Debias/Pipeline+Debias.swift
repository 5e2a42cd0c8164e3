/// `tare debias`: a direction of bias in the final hidden states, taken out before the head.
internal import Foundation
internal import TareCalibration
package import TareCore
internal import TareEngine
internal import TareFormats
internal import TareScoring
internal import TareStore
internal import TareTraining

package struct DebiasRequest: Sendable {
  package var inputs: [String]
  /// A key of the file formats; nil to recognise them by content.
  package var format: String?
  package var columns: [String] = []
  package var policy = RowPolicy()
  package var settings: ScoringSettings
  /// A key of the probes.
  package var probe: String
  /// A key of the methods; nil for leace.
  package var method: String?
  /// Where the head goes.
  package var output: String
  /// Where features are kept; nil keeps none.
  package var store: String?
  package var seed: UInt64 = 1

  package init(inputs: [String], settings: ScoringSettings, probe: String, output: String) {
    (self.inputs, self.settings, self.probe, self.output) = (inputs, settings, probe, output)
  }

  package static let methods = BiasErasure.Method.allCases.map(\.rawValue)
    .joined(separator: ", ")
}

package struct DebiasOutcome: Sendable {
  let model: String
  let probe: String
  let method: BiasErasure.Method
  /// Edited responses, and prompts, that the directions come from.
  let fitted: (responses: Int, prompts: Int)
  /// Of held-out prompts: the head as it was, without each direction, and with a calibration for length.
  let judged: [DebiasJudgement]
  let headDigest: Digest

  package var json: JSONValue {
    [
      "model": .string(model), "probe": .string(probe), "method": .string(method.rawValue),
      "head_sha256": .string(headDigest.description),
      "fitted_responses": .int(fitted.responses), "fitted_prompts": .int(fitted.prompts),
      "held_out": .array(judged.map(\.json)),
    ]
  }
}

extension Pipeline {
  /// - Throws: `TareError.usage` for a probe, method or head that cannot be taken; `TareError.badData` where too few
  ///   responses can be edited.
  package func debias(_ request: DebiasRequest) throws(TareError) -> DebiasOutcome {
    try checkWritable(request.output)
    let probe = try TextProbes.registry.entry(for: request.probe)
    guard let method = BiasErasure.Method(rawValue: request.method ?? "leace") else {
      throw .usage("--method: expected \(DebiasRequest.methods), found \(request.method ?? "")")
    }
    let text = try request.settings.textModel()
    warn(of: text)
    let (head, readRule) = try request.settings.linearHead(text)
    let options = try request.settings.options(readRule: readRule, text: text, run: nil)
    let columns = try ColumnMapping(command: request.columns)
    let rows = try readRows(request.inputs, format: request.format, columns, request.policy)
    let sheet = DebiasSheet(rows, probe, seed: request.seed)
    let store = try Store(path: request.store ?? ":memory:")
    let extractor = FeatureExtractor(text, threads: request.settings.threads)
    let (features, _) = try store.pairFeatures(
      sheet.rows, with: extractor, options, observer: observer)
    let states = DebiasStates(sheet, features)
    guard states.fitted.count >= 10, states.heldOut.contains(where: \.isEdited) else {
      throw .badData(
        place: "the responses",
        found: "\(states.fitted.count) that probe \(probe.key) edits among the prompts for the fit",
        accepted: "at least 10, and some among the held-out prompts")
    }
    var judged = [states.judged("head as it was") { Double(head.score($0)) }]
    var chosen = head
    for kind in BiasErasure.Method.allCases {
      let erasure = try BiasErasure(
        kind, states.fitted.map { (plain: $0.plain, biased: $0.edited) },
        prompts: states.fitted.map { "\($0.prompt)" })
      let without = erasure.erased(from: head)
      judged.append(states.judged(kind.rawValue) { Double(without.score($0)) })
      if kind == method { chosen = without }
    }
    for calibrator in ["lowess", "auto"] {
      if let one = states.calibrated(calibrator, { Double(head.score($0)) }) { judged.append(one) }
    }
    let file = try encoded(
      chosen, for: text, options, method, probe.key, judged, fitted: states.fitted.count)
    try write(file, to: request.output)
    return DebiasOutcome(
      model: text.name, probe: probe.key, method: method,
      fitted: (states.fitted.count, Set(states.fitted.map(\.prompt)).count), judged: judged,
      headDigest: file.withUnsafeBytes { Digest(of: $0) })
  }

  /// The head as a file, with a card of what it was measured at.
  private func encoded(
    _ head: LinearHead, for text: TextModel, _ options: ScoringOptions,
    _ method: BiasErasure.Method, _ probe: String, _ judged: [DebiasJudgement], fitted: Int
  ) throws(TareError) -> Data {
    var metadata = headMetadata(for: text, options)
    let card: JSONValue = [
      "probe": .string(probe), "method": .string(method.rawValue),
      "fitted_responses": .int(fitted), "held_out": .array(judged.map(\.json)),
    ]
    metadata["debias"] = card.text()
    return Safetensors.encode(
      [
        (name: "score.weight", shape: [1, head.weights[0].count], values: head.weights[0]),
        (name: "score.bias", shape: [1], values: [head.biases[0]]),
      ], metadata: metadata)
  }
}

extension ScoringSettings {
  /// The head from which a direction can be taken out.
  ///
  /// - Throws: `TareError.usage` for a head that is not one linear layer with one output.
  fileprivate func linearHead(
    _ text: TextModel
  ) throws(TareError) -> (head: LinearHead, readRule: ReadRule?) {
    let loaded = try loadedHead(text)
    guard let loaded, let head = loaded.head as? LinearHead, head.outputCount == 1 else {
      throw .usage(
        "the head: expected a linear head with one output, found "
          + (loaded.map { "\(type(of: $0.head).key) with \($0.outputCount) outputs" } ?? "none"))
    }
    var layer = LinearHead(weight: head.weights[0], bias: 0)
    if let bias = head.biases.first { layer = LinearHead(weight: head.weights[0], bias: bias) }
    return (layer, loaded.readRule)
  }
}
