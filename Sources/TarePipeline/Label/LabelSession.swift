/// `tare label`: pairs are shown blind, labels are kept, and a test says when there are enough.
internal import Foundation
internal import TareCalibration
package import TareCore
internal import TareFormats
internal import TareStore

/// A pair as a person sees it: nothing tells which response is which.
package struct ShownPair: Sendable {
  package let prompt: String
  package let left: String
  package let right: String
}

package enum LabelAnswer: String, Sendable, CaseIterable { case left, right, tie, skip }

/// The labels of one decision, and what follows from them.
package struct LabelSession: Sendable {
  let request: LabelRequest
  let decision: LabelRequest.Decision
  let disputed: DisputedPairs
  let texts: Conversations
  let store: Store
  /// Which scores are compared, and what was guessed of the rows.
  package let notes: [String]
  /// Of the disputed pairs, in the order in which they were given.
  private(set) var labels: [PairLabel]
  /// What this person has labelled here, for taking it back.
  private var given: [PairLabel.Pair] = []

  init(
    _ request: LabelRequest, _ decision: LabelRequest.Decision, _ disputed: DisputedPairs,
    _ texts: Conversations, _ store: Store, notes: [String]
  ) throws(TareError) {
    (self.request, self.decision, self.disputed) = (request, decision, disputed)
    (self.texts, self.store, self.notes) = (texts, store, notes)
    labels = try store.pairLabels(Set(disputed.pairs.map(\.key)))
  }

  var byKey: [PairLabel.Pair: DisputedPair] {
    Dictionary(disputed.pairs.map { ($0.key, $0) }) { first, _ in first }
  }
}

extension Pipeline {
  /// - Throws: `TareError.badData` without calibrated scores or texts.
  package func labelling(_ request: LabelRequest) throws(TareError) -> LabelSession {
    let decision = try request.checked()
    var candidates = CandidatesRequest(source: .scores([request.source]))
    candidates.calibrations = request.calibration.map { [$0] } ?? []
    let scored = try scoredCandidates(candidates)
    guard let texts = scored.texts else {
      throw .badData(
        place: "the candidates", found: scored.withoutTexts,
        accepted: "rows with prompt and response, or a run with texts")
    }
    guard let raw = scored.uncalibrated else {
      throw .badData(
        place: "the scores", found: "raw scores alone",
        accepted: "a column 'calibrated', a run with a calibration, or a saved calibration")
    }
    let disputed = DisputedPairs(scored, raw: raw, texts, decision, seed: request.seed)
    guard disputed.decisions > 0 else {
      throw .badData(
        place: "the scores", found: "no prompt with different responses",
        accepted: "several responses per prompt")
    }
    let store = try Store(path: request.store)
    return try LabelSession(
      request, decision, disputed, texts, store, notes: scored.notes + [scored.used])
  }
}

extension LabelSession {
  /// What is shown next; nil where nothing is left for this person.
  package var next: ShownPair? { nextPair.map(shown) }

  private var nextPair: DisputedPair? { waiting.first }

  /// Pairs for this person, in order: those without a label, or with those of others alone.
  var waiting: [DisputedPair] {
    let mine = Set(labels.filter { $0.labeller == request.labeller }.map(\.pair))
    let labelled = Set(labels.filter { $0.verdict != .skip }.map(\.pair))
    return disputed.pairs.filter {
      !mine.contains($0.key) && labelled.contains($0.key) == request.isSecond
    }
  }

  func shown(_ pair: DisputedPair) -> ShownPair {
    let isFirstLeft = pair.key.isFirstLeft(for: request.labeller, request.seed)
    return ShownPair(
      prompt: texts[pair.raw].prompt.forReading,
      left: texts[pair.row(isFirst: isFirstLeft)].turns.forReading,
      right: texts[pair.row(isFirst: !isFirstLeft)].turns.forReading)
  }

  /// Keeps the answer to the pair that is next.
  package mutating func answer(_ answer: LabelAnswer) throws(TareError) {
    guard let pair = nextPair else { return }
    let isFirstLeft = pair.key.isFirstLeft(for: request.labeller, request.seed)
    let verdict: PairLabel.Verdict =
      switch answer {
      case .left: isFirstLeft ? .first : .second
      case .right: isFirstLeft ? .second : .first
      case .tie: .tie
      case .skip: .skip
      }
    try keep([
      PairLabel(
        pair: pair.key, labeller: request.labeller, verdict: verdict, isFirstLeft: isFirstLeft,
        date: Pipeline.now)
    ])
    given.append(pair.key)
  }

  /// Takes back the last answer of this session.
  /// - Returns: whether there was one.
  package mutating func undo() throws(TareError) -> Bool {
    guard let last = given.popLast() else { return false }
    try store.deleteLabel(of: last, by: request.labeller)
    labels = try store.pairLabels(Set(disputed.pairs.map(\.key)))
    return true
  }

  mutating func keep(_ new: [PairLabel]) throws(TareError) {
    try store.insert(new)
    // Another person may have labelled meanwhile.
    labels = try store.pairLabels(Set(disputed.pairs.map(\.key)))
  }
}

extension LabelSession {
  /// What a label says of the two scores; nil for one that was skipped.
  func choice(_ label: PairLabel, of pair: DisputedPair) -> LabelAgreement.Choice? {
    switch label.verdict {
    case .first: pair.isFirstCalibrated ? .calibrated : .raw
    case .second: pair.isFirstCalibrated ? .raw : .calibrated
    case .tie: .tie
    case .skip: nil
    }
  }

  /// Each pair counts once, by the first label that anybody gave it.
  var test: PairTest {
    var test = PairTest(
      alpha: request.alpha, share: disputed.share, margin: request.margin)
    let byKey = byKey
    var counted: Set<PairLabel.Pair> = []
    for label in labels where label.verdict != .skip {
      guard let pair = byKey[label.pair], counted.insert(label.pair).inserted else { continue }
      switch choice(label, of: pair) {
      case .calibrated: test.add(wins: 1)
      case .raw: test.add(losses: 1)
      case .tie: test.add(ties: 1)
      case nil: break
      }
    }
    return test
  }

  /// Pairs that nobody has labelled.
  var remaining: Int { disputed.pairs.count - test.labels }

  /// Whether the test has come to an end.
  package var isDecided: Bool { test.verdict(remaining: remaining) != .undecided }

  /// Of every two people who have labelled the same pairs, by name.
  var agreements: [LabelAgreement] {
    let byKey = byKey
    var choices: [String: [PairLabel.Pair: LabelAgreement.Choice]] = [:]
    for label in labels {
      guard let pair = byKey[label.pair], let choice = choice(label, of: pair) else { continue }
      choices[label.labeller, default: [:]][label.pair] = choice
    }
    let names = choices.keys.sorted()
    var found: [LabelAgreement] = []
    for (place, first) in names.enumerated() {
      for second in names.dropFirst(place + 1) {
        // In the order of the pairs, whatever that of the dictionary.
        let shared = disputed.pairs.compactMap {
          pair -> (LabelAgreement.Choice, LabelAgreement.Choice)? in
          guard let one = choices[first]?[pair.key], let other = choices[second]?[pair.key] else {
            return nil
          }
          return (one, other)
        }
        guard !shared.isEmpty else { continue }
        found.append(LabelAgreement(first, second, shared.map { (first: $0.0, second: $0.1) }))
      }
    }
    return found
  }
}

extension [Message] {
  /// What a person reads of them: a user's or assistant's one text as it stands, else each with its role.
  fileprivate var forReading: String {
    if count == 1, self[0].isPlain { return self[0].content }
    return map { message in
      let text = message.isPlain ? message.content : message.json.text(indent: 2)
      return "[\(message.role)]\n\(text)"
    }.joined(separator: "\n\n")
  }
}
