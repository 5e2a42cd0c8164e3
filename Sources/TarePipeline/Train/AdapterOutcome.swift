/// What `tare train-adapter` learnt and forgot.
internal import Foundation
package import TareCore
internal import TareEvaluation
internal import TareReport
internal import TareTraining

package struct AdapterOutcome: Sendable {
  struct Domain: Sendable {
    let file: String
    let digest: Digest
    let pairs: Int
    let heldOut: Int

    /// The file's name without its ending.
    var name: String { file.split(separator: ".").first.map(String.init) ?? file }
  }

  let model: String
  let digest: Digest
  let request: TrainAdapterRequest
  let rule: UpdateRule
  let domains: [Domain]
  /// Held-out accuracy before training, [domain]; a reward of 0 ties everywhere and is never right.
  let start: [Double]
  /// Mean training losses, [stage][epoch].
  private(set) var losses: [[Double]] = []
  /// Held-out accuracy after each stage, [stage][domain].
  private(set) var accuracies: [[Double]] = []

  init(
    model: String, digest: Digest, request: TrainAdapterRequest, rule: UpdateRule,
    domains: [Domain], start: [Double]
  ) {
    self.model = model
    self.digest = digest
    self.request = request
    self.rule = rule
    self.domains = domains
    self.start = start
  }

  mutating func add(losses: [Double], accuracies: [Double]) {
    self.losses.append(losses)
    self.accuracies.append(accuracies)
  }

  private var matrix: AccuracyMatrix? {
    accuracies.count > 1 ? AccuracyMatrix(start: start, stages: accuracies) : nil
  }

  /// Wilson's interval, over held-out pairs.
  private func interval(_ accuracy: Double, of domain: Int) -> ClosedRange<Double> {
    let count = domains[domain].heldOut
    return Proportion.wilson(Int((accuracy * Double(count)).rounded()), of: max(count, 1))
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "model": .string(model), "model_sha256": .string(digest.description),
      "precision": .string(request.settings.precision), "update": .string(rule.description),
      "rank": .int(request.rank), "alpha": .double(request.alpha), "layers": .int(request.layers),
      "targets": .string(request.targets), "epochs": .int(request.epochs),
      "learning_rate": .double(request.learningRate), "batch_size": .int(request.batchSize),
      "seed": .int(Int(truncatingIfNeeded: request.seed)),
      "domains": .array(
        domains.map {
          [
            "file": .string($0.file), "sha256": .string($0.digest.description),
            "pairs": .int($0.pairs), "held_out": .int($0.heldOut),
          ]
        }),
      "training_loss": .array(losses.map { .array($0.map { .double($0) }) }),
      "accuracy_after_stage": .array(
        accuracies.map { stage in
          .array(
            stage.enumerated().map { domain, accuracy in
              ["accuracy": .double(accuracy), "interval": interval(accuracy, of: domain).json]
            })
        }),
    ]
    if let matrix {
      object["average_accuracy"] = .double(matrix.averageAccuracy)
      object["forgetting"] = .double(matrix.forgetting)
      object["backward_transfer"] = .double(matrix.backwardTransfer)
    }
    return .object(object)
  }

  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var table = TerminalTable(
      columns: [.init("after", .left, leastWidth: 8), .init("loss")]
        + domains.map { .init($0.name, .left, leastWidth: 6) })
    for (stage, row) in accuracies.enumerated() {
      let cells = row.enumerated().map { domain, accuracy in
        "\(accuracy.percent)  \(interval(accuracy, of: domain).percent)"
      }
      table.addRow(
        ["\(stage + 1) \(domains[stage].name)", (losses[stage].last ?? 0).fixed(3)] + cells)
    }
    let title = """
      Accuracy in per cent on held-out pairs, with 95% intervals over pairs; the mean training loss of \
      the last epoch
      """
    var texts = [title.wrapped(toWidth: 80) + "\n" + table.text(style: style)]
    if let matrix {
      texts.append(
        """
        Update \(rule): average \(matrix.averageAccuracy.percent)%, forgetting \
        \(matrix.forgetting.signedPercent) points (the best accuracy before the last stage minus that \
        after it). One seed: compare rules over several.
        """.wrapped(toWidth: 80) + "\n")
    }
    return texts.joined(separator: "\n")
  }
}

/// The folder that an adapter is written to.
struct AdapterFolder {
  private let url: URL

  /// - Throws: `TareError.usage` for a path where something is already, but for an empty folder.
  init(_ path: String) throws(TareError) {
    url = URL(filePath: path)
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { return }
    guard let content = try? files.contentsOfDirectory(atPath: path), content.isEmpty else {
      throw .usage("\(path): expected a new or empty folder for the adapter")
    }
  }

  func write(config: JSONValue, weights: Data) throws(TareError) {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .fault("\(url.path): \(error.localizedDescription)")
    }
    try Pipeline.write(
      weights, to: url.appending(path: "adapter_model.safetensors").path)
    try Pipeline.write(
      Data((config.text(indent: 2) + "\n").utf8),
      to: url.appending(path: "adapter_config.json").path)
  }
}
