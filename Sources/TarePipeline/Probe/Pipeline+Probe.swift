internal import Foundation
/// `tare probe`: edits responses in ways whose effect on quality is known, and scores them again.
package import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareStore

package struct ProbeRequest: Sendable {
  package var score: ScoreRequest
  /// Keys of probes; none for all.
  package var probes: [String] = []
  package var seed: UInt64 = 1

  package init(score: ScoreRequest) { self.score = score }

  /// Keys of the probes, for help texts.
  package static let keys = TextProbes.registry.keys.joined(separator: ", ")
  /// Keys of the probes that change prompts.
  package static let promptKeys = PromptProbes.registry.keys.joined(separator: ", ")

  /// Those of prompts only where they are named: templates of some models refuse a system prompt.
  fileprivate var kinds: [ProbeKind] {
    get throws(TareError) {
      guard !probes.isEmpty else { return TextProbes.registry.entries.map { .response($0) } }
      var kinds: [ProbeKind] = []
      for key in probes {
        if let probe = PromptProbes.registry.entries.first(where: { $0.key == key }) {
          kinds.append(.prompt(probe))
        } else {
          kinds.append(.response(try TextProbes.registry.entry(for: key)))
        }
      }
      return kinds
    }
  }
}

package struct ProbeOutcome: Sendable {
  let effects: [ProbeEffect]
  /// Of probes that applied to no response.
  let unused: [String]
  let prompts: Int
  let responses: Int
  /// Responses that are not one plain text, which are not probed.
  let skipped: Int
  /// Standard deviation of the margin between two responses to one prompt; nil where prompts have one.
  let margin: Double?
  let tokens: Int
  let computedTokens: Int

  package var json: JSONValue {
    [
      "prompts": .int(prompts), "responses": .int(responses), "skipped_responses": .int(skipped),
      "margin_deviation": margin.map { .double($0) } ?? .null, "tokens": .int(tokens),
      "computed_tokens": .int(computedTokens), "probes": .array(effects.map(\.json)),
      "not_applicable": .array(unused.map { .string($0) }),
    ]
  }
}

extension Pipeline {
  /// - Throws: `TareError.usage` for a probe that there is not; `TareError.badData` where no response can be probed.
  package func probe(_ request: ProbeRequest) throws(TareError) -> ProbeOutcome {
    let probes = try request.kinds
    let columns = try ColumnMapping(command: request.score.columns)
    let rows = try readRows(
      request.score.inputs, format: request.score.format, columns, request.score.policy)
    let sheet = ProbeSheet(rows, probes, seed: request.seed)
    guard !sheet.places.isEmpty else {
      throw .badData(
        place: "the responses", found: "none that is plain text",
        accepted: "responses that are one text each")
    }
    let file = FileManager.default.temporaryDirectory
      .appending(path: "tare-probe-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try write(sheet.data, to: file.path)
    var scoring = request.score
    (scoring.inputs, scoring.format, scoring.columns) = ([file.path], nil, [])
    (scoring.store, scoring.run) = (nil, nil)
    scoring.policy = RowPolicy()
    let (store, run, summary) = try scoredRun(scoring)
    let scores = try store.scores(of: run, label: "none").responses
    return try sheet.outcome(scores, tokens: summary.tokens, computed: summary.rows)
  }
}
