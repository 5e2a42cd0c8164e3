/// Originals and edits as one file of candidates, and what their scores say.
internal import Foundation
internal import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareStore

/// What is edited: responses, or prompts.
enum ProbeKind {
  case response(any TextProbe.Type)
  case prompt(any PromptProbe.Type)

  var key: String {
    switch self {
    case .response(let probe): probe.key
    case .prompt(let probe): probe.key
    }
  }
}

struct ProbeSheet {
  /// An original or an edited response.
  struct Place {
    let prompt: Int
    let response: Int
    /// nil for the original.
    let probe: Int?
  }

  private let probes: [ProbeKind]
  /// In the file's order.
  private(set) var places: [Place] = []
  private(set) var data = Data()
  private(set) var skipped = 0
  private var prompts = 0

  init(_ rows: CandidateSets, _ probes: [ProbeKind], seed: UInt64) {
    self.probes = probes
    for row in rows {
      var texts: [String] = []
      var originals: [(response: Int, text: String)] = []
      for (response, candidate) in row.responses.enumerated() {
        let conversation = row.conversation(candidate)
        guard conversation.turns.isPlainResponse else {
          skipped += 1
          continue
        }
        let text = conversation.response
        originals.append((response, text))
        texts.append(text)
        places.append(Place(prompt: prompts, response: response, probe: nil))
        for (place, probe) in probes.enumerated() {
          guard case .response(let probe) = probe,
            let edited = TextProbes.edit(text, prompt: row.prompt, by: probe, seed: seed)
          else { continue }
          texts.append(edited)
          places.append(Place(prompt: prompts, response: response, probe: place))
        }
      }
      guard !originals.isEmpty else { continue }
      add(row, prompt: row.prompt, texts, id: "\(prompts)")
      for (place, probe) in probes.enumerated() {
        guard case .prompt(let probe) = probe, let edited = probe.edit(row.prompt) else { continue }
        add(row, prompt: edited, originals.map(\.text), id: "\(prompts) \(probe.key)")
        for original in originals {
          places.append(Place(prompt: prompts, response: original.response, probe: place))
        }
      }
      prompts += 1
    }
  }

  private mutating func add(
    _ row: CandidateSet, prompt: [Message], _ texts: [String], id: String
  ) {
    var object: JSONObject = [
      "id": .string(id), "prompt": .array(prompt.map(\.json)),
      "responses": .array(texts.map { .string($0) }),
    ]
    for (key, value) in row.context.json.members { object[key] = value }
    data += Data((JSONValue.object(object).text() + "\n").utf8)
  }

  func outcome(
    _ scores: ScoredResponses, tokens: Int, computed: Int
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
    _ probe: ProbeKind, _ originals: [[Int: Double]], _ edited: [[Int: Double]],
    _ margin: Double?
  ) -> ProbeEffect? {
    var changes: [(prompt: Int, change: Double)] = []
    var (flipped, tried) = (0, 0)
    for (prompt, scores) in edited.enumerated() {
      for (response, after) in scores.sorted(by: { $0.key < $1.key }) {
        guard let before = originals[prompt][response] else { continue }
        changes.append((prompt, after - before))
        for (other, score) in originals[prompt] where other != response && score != before {
          // Of an edited prompt both responses have a new score, and each pair is looked at once.
          var rival = score
          if case .prompt = probe {
            guard other > response, let changed = scores[other] else { continue }
            rival = changed
          }
          tried += 1
          if (before < score) != (after < rival) { flipped += 1 }
        }
      }
    }
    switch probe {
    case .response(let probe):
      return ProbeEffect(probe, changes: changes, margin: margin, flipped: flipped, tried: tried)
    case .prompt(let probe):
      return ProbeEffect(
        key: probe.key, summary: probe.summary, .same, changes: changes, margin: margin,
        flipped: flipped, tried: tried)
    }
  }
}
