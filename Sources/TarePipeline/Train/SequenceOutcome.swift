/// What a head learnt and forgot in training on one domain after the other.
package import TareCore
internal import TareEvaluation
internal import TareScoring
internal import TareTraining

package struct SequenceOutcome: Sendable {
  struct Domain: Sendable {
    let file: String
    let digest: Digest
    /// Pairs, or texts of classes.
    let pairs: Int
    let prompts: Int
    /// Empty for pairs.
    var classes: [String] = []
    /// Whether the file says which are held out.
    var isSplit = false

    /// The file's name without its ending.
    var name: String { file.split(separator: ".").first.map(String.init) ?? file }
  }

  /// What one update rule gave, over the seeds.
  struct Update: Sendable {
    let name: String
    /// The threshold of each seed where cross-validation chose it, [seed].
    let thresholds: [Double]
    /// [domain]
    let start: [SeedEstimate]
    /// [stage][domain]
    let stages: [[SeedEstimate]]
    let averageAccuracy: SeedEstimate
    let forgetting: SeedEstimate
    let backwardTransfer: SeedEstimate
    let forwardTransfer: SeedEstimate
  }

  let model: String
  let modelDigest: Digest
  let request: TrainSequenceRequest
  let domains: [Domain]
  /// Whether the domains are of texts with classes, and not of pairs.
  var areClasses: Bool { domains.contains { !$0.classes.isEmpty } }
  /// Held-out pairs of each domain and seed, [seed][domain].
  let testPairs: [[Int]]
  let updates: [Update]
  /// All domains at once, [domain].
  let joint: [SeedEstimate]
  let jointAverage: SeedEstimate
  /// Held-out accuracy of each threshold that was tried, the first masking nothing; empty where no
  /// update asked for it.
  let thresholdAccuracies: [(threshold: Double, accuracy: SeedEstimate)]

  init(
    model: TextModel, request: TrainSequenceRequest, rules: [UpdateRule], domains: [Domain],
    results: [SeedResult]
  ) {
    self.model = model.name
    modelDigest = model.digest
    self.request = request
    self.domains = domains
    testPairs = results.map(\.testPairs)
    let choices = results.compactMap(\.choice)
    updates = rules.enumerated().map { index, rule in
      Update(
        name: rule.description, thresholds: rule.needsThreshold ? choices.map(\.threshold) : [],
        matrices: results.map { $0.matrices[index] })
    }
    joint = domains.indices.map { domain in SeedEstimate(results.map { $0.joint[domain] }) }
    jointAverage = SeedEstimate(
      results.map { $0.joint.reduce(0, +) / Double(domains.count) })
    thresholdAccuracies = (choices.first?.accuracies ?? []).enumerated().map { index, tried in
      (tried.threshold, SeedEstimate(choices.map { $0.accuracies[index].accuracy }))
    }
  }

  /// How much better a number of an update is than of the first, seed by seed.
  func difference(
    _ update: Update, _ number: (Update) -> SeedEstimate
  ) -> SeedEstimate {
    SeedEstimate(zip(number(update).values, number(updates[0]).values).map { $0 - $1 })
  }
}

extension SequenceOutcome.Update {
  init(name: String, thresholds: [Double], matrices: [AccuracyMatrix]) {
    self.name = name
    self.thresholds = thresholds
    let places = matrices[0].start.indices
    start = places.map { domain in SeedEstimate(matrices.map { $0.start[domain] }) }
    stages = places.map { stage in
      places.map { domain in SeedEstimate(matrices.map { $0.stages[stage][domain] }) }
    }
    averageAccuracy = SeedEstimate(matrices.map(\.averageAccuracy))
    forgetting = SeedEstimate(matrices.map(\.forgetting))
    backwardTransfer = SeedEstimate(matrices.map(\.backwardTransfer))
    forwardTransfer = SeedEstimate(matrices.map(\.forwardTransfer))
  }
}

// MARK: - JSON

extension SequenceOutcome {
  package var json: JSONValue {
    var result: JSONObject = [
      "model": .string(model), "model_sha256": .string(modelDigest.description),
      "precision": .string(request.settings.precision),
      "domains": .array(domains.map(\.json)),
      "hidden": .array(request.hidden.map { .int($0) }),
      "epochs": .int(request.epochs),
      "learning_rate": .double(request.learningRate),
      "batch_size": .int(request.batchSize), "seeds": .int(request.seeds),
      "test_share": .double(request.testShare),
      areClasses ? "test_rows" : "test_pairs": .array(
        testPairs.map { .array($0.map { .int($0) }) }),
      "interval_method": "student_t_over_seeds",
      "updates": .array(updates.enumerated().map(json)),
      "joint": [
        "accuracy": .array(joint.map(\.brief)), "average_accuracy": jointAverage.json,
      ],
    ]
    if !thresholdAccuracies.isEmpty {
      result["threshold_cross_validation"] = .array(
        thresholdAccuracies.map {
          ["threshold": .double($0.threshold), "held_out_accuracy": $0.accuracy.json]
        })
    }
    return .object(result)
  }

  private func json(_ index: Int, _ update: Update) -> JSONValue {
    var result: JSONObject = [
      "update": .string(update.name),
      "start_accuracy": .array(update.start.map(\.brief)),
      "accuracy_after_stage": .array(update.stages.map { .array($0.map(\.brief)) }),
      "average_accuracy": update.averageAccuracy.json, "forgetting": update.forgetting.json,
      "backward_transfer": update.backwardTransfer.json,
      "forward_transfer": update.forwardTransfer.json,
    ]
    if !update.thresholds.isEmpty {
      result["thresholds"] = .array(update.thresholds.map { .double($0) })
    }
    if index > 0 {
      result["against_\(updates[0].name)"] = [
        "average_accuracy": difference(update, \.averageAccuracy).json,
        "forgetting": difference(update, \.forgetting).json,
      ]
    }
    return .object(result)
  }
}

extension SequenceOutcome.Domain {
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "file": .string(file), "sha256": .string(digest.description),
      classes.isEmpty ? "pairs" : "rows": .int(pairs), "prompts": .int(prompts),
    ]
    if !classes.isEmpty {
      object["classes"] = .array(classes.map { .string($0) })
      object["split"] = isSplit ? "file" : "seed"
    }
    return .object(object)
  }
}

extension SeedEstimate {
  /// Without the seeds' own values, of which a matrix would have too many to read.
  fileprivate var brief: JSONValue { ["mean": .double(mean), "interval": interval.json] }
}
