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
    var probes: [any TextProbe.Type] = []
    for key in request.probes { probes.append(try TextProbes.registry.entry(for: key)) }
    if probes.isEmpty { probes = TextProbes.registry.entries }
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
    return try sheet.outcome(
      scores, probes, tokens: summary.tokens, computed: summary.rows)
  }
}

/// Originals and edits as one file of candidates.
private struct ProbeSheet {
  /// An original or an edited response.
  struct Place {
    let prompt: Int
    let response: Int
    /// nil for the original.
    let probe: Int?
  }

  /// In the file's order.
  private(set) var places: [Place] = []
  private(set) var data = Data()
  private(set) var skipped = 0
  private var prompts = 0

  init(_ rows: CandidateSets, _ probes: [any TextProbe.Type], seed: UInt64) {
    for row in rows {
      var texts: [String] = []
      for (response, candidate) in row.responses.enumerated() {
        let conversation = row.conversation(candidate)
        guard conversation.turns.isPlainResponse else {
          skipped += 1
          continue
        }
        let text = conversation.response
        texts.append(text)
        places.append(Place(prompt: prompts, response: response, probe: nil))
        for (place, probe) in probes.enumerated() {
          guard
            let edited = TextProbes.edit(text, prompt: row.prompt, by: probe, seed: seed)
          else { continue }
          texts.append(edited)
          places.append(Place(prompt: prompts, response: response, probe: place))
        }
      }
      guard !texts.isEmpty else { continue }
      var object: JSONObject = [
        "id": .string("\(prompts)"), "prompt": .array(row.prompt.map(\.json)),
        "responses": .array(texts.map { .string($0) }),
      ]
      for (key, value) in row.context.json.members { object[key] = value }
      data += Data((JSONValue.object(object).text() + "\n").utf8)
      prompts += 1
    }
  }

  func outcome(
    _ scores: ScoredResponses, _ probes: [any TextProbe.Type], tokens: Int, computed: Int
  ) throws(TareError) -> ProbeOutcome {
    guard scores.count == places.count else {
      throw .fault("\(places.count) responses were to be scored, \(scores.count) were")
    }
    try scores.requireFiniteScores()
    var originals: [[Int: Double]] = Array(repeating: [:], count: prompts)
    var edited = probes.map { _ in [[Int: Double]](repeating: [:], count: prompts) }
    for (place, score) in zip(places, scores.scores) {
      if let probe = place.probe {
        edited[probe][place.prompt][place.response] = score
      } else {
        originals[place.prompt][place.response] = score
      }
    }
    let margin = Self.margin(originals)
    var effects: [ProbeEffect] = []
    var unused: [String] = []
    for (probe, scores) in zip(probes, edited) {
      if let effect = Self.effect(probe, originals, scores, margin) {
        effects.append(effect)
      } else {
        unused.append(probe.key)
      }
    }
    let q = BenjaminiHochberg.adjusted(effects.map(\.p))
    for index in effects.indices { effects[index].q = q[index] }
    return ProbeOutcome(
      effects: effects, unused: unused, prompts: prompts,
      responses: places.count { $0.probe == nil }, skipped: skipped, margin: margin,
      tokens: tokens, computedTokens: computed)
  }

  /// The root mean square of the differences between two responses to one prompt.
  private static func margin(_ originals: [[Int: Double]]) -> Double? {
    var (squares, pairs) = (0.0, 0.0)
    for scores in originals {
      let own = scores.sorted { $0.key < $1.key }.map(\.value)
      for (place, first) in own.enumerated() {
        for second in own.dropFirst(place + 1) {
          squares += (first - second) * (first - second)
          pairs += 1
        }
      }
    }
    return pairs > 0 ? (squares / pairs).squareRoot() : nil
  }

  private static func effect(
    _ probe: any TextProbe.Type, _ originals: [[Int: Double]], _ edited: [[Int: Double]],
    _ margin: Double?
  ) -> ProbeEffect? {
    var changes: [(prompt: Int, change: Double)] = []
    var (flipped, tried) = (0, 0)
    for (prompt, scores) in edited.enumerated() {
      for (response, after) in scores.sorted(by: { $0.key < $1.key }) {
        guard let before = originals[prompt][response] else { continue }
        changes.append((prompt, after - before))
        for (other, score) in originals[prompt] where other != response && score != before {
          tried += 1
          if (before < score) != (after < score) { flipped += 1 }
        }
      }
    }
    return ProbeEffect(
      probe, changes: changes, margin: margin, flipped: flipped, tried: tried)
  }
}
