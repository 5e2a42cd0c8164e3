/// `tare inspect --routing` and `--attention`: what goes on inside a model while it scores.
package import TareCore
internal import TareEngine
internal import TareFormats
internal import TareInspection
internal import TareReport
internal import TareScoring

package struct InspectTextsRequest: Sendable {
  /// Files of conversations, pairs or candidates; one file twice is run once.
  package var routing: String?
  package var attention: String?
  package var format: String?
  /// Other names for the files' columns, as `--columns` has them.
  package var columns: [String] = []
  package var settings: ScoringSettings
  /// Texts of a micro-batch.
  package var microBatch = 8
  /// Tokens that run through all experts; nil for 0.5% of the experts' work, and at least 64.
  package var samples: Int?
  /// Pairs of experts of a layer whose neurons are assigned to each other; nil for as many as take
  /// some seconds.
  package var expertPairs: Int?
  package var activeThreshold = 1e-3
  package var seed: UInt64 = 1

  package init(_ settings: ScoringSettings) { self.settings = settings }
}

package struct InspectTextsOutcome: Sendable {
  let file: InspectionFile
  package let json: JSONValue

  fileprivate init(_ file: InspectionFile) throws(TareError) {
    self.file = file
    json = try file.json()
  }

  /// Tables for people, 80 columns wide.
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    let tables = [
      file.routing.map { RoutingTable($0).text(style: style) },
      file.attention.map { AttentionTable($0).text(style: style) },
    ]
    return tables.compactMap { $0 }.joined(separator: "\n\n")
  }
}

extension Pipeline {
  /// Runs the texts and tells what routers, attention and gates did.
  ///
  /// - Throws: `TareError.usage` if the model has no such insides; `TareError.badData` with the row that
  ///   cannot be scored; `TareError.interrupted`.
  package func inspectTexts(
    _ request: InspectTextsRequest
  ) throws(TareError) -> InspectTextsOutcome {
    try request.check()
    let model = try InspectedModel(request.settings)
    warn(of: model.text)
    let experts = try ExpertTensors(model.text.weights)
    guard request.routing == nil || experts != nil else {
      throw .usage(
        "--routing: expected a mixture of experts (qwen3_moe, llama_moe_rnn), but "
          + "\(model.text.name) is not one")
    }
    var file = InspectionFile()
    let columns = try ColumnMapping(command: request.columns)
    for (path, settings) in request.passes {
      let rows = try readRows([path], format: request.format, columns)
        .joiningSteps(for: model.text, model.options)
      let texts = try InspectedTexts(rows, model.text, model.options, file: path)
      var pass = InspectionPass(model, texts, request, experts)
      try pass.run(settings, observer)
      if settings.attention { file.attention = try pass.attention() }
      if settings.routing { file.routing = try pass.routing(observer) }
    }
    return try InspectTextsOutcome(file)
  }
}

extension InspectTextsRequest {
  fileprivate func check() throws(TareError) {
    guard microBatch >= 1 else {
      throw .usage("--micro-batch: expected at least 1, found \(microBatch)")
    }
    if let samples, samples < 0 {
      throw .usage("--expert-samples: expected 0 or more, found \(samples)")
    }
    if let expertPairs, expertPairs < 0 {
      throw .usage("--expert-pairs: expected 0 or more, found \(expertPairs)")
    }
    guard activeThreshold >= 0, activeThreshold.isFinite else {
      throw .usage("--active-threshold: expected 0 or more, found \(activeThreshold)")
    }
  }

  /// Files, and what is asked of each.
  fileprivate var passes: [(path: String, settings: PassProbe.Settings)] {
    var settings = PassProbe.Settings(routing: routing != nil, attention: attention != nil)
    settings.activeThreshold = Float(activeThreshold)
    if let routing, let attention, routing != attention {
      var (first, second) = (settings, settings)
      first.attention = false
      second.routing = false
      return [(routing, first), (attention, second)]
    }
    return (routing ?? attention).map { [($0, settings)] } ?? []
  }
}
