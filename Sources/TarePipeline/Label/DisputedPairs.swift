/// The pairs of responses on which raw and calibrated scores disagree.
internal import TareCore
internal import TareFormats
internal import TareRanking
internal import TareStore

/// Two responses to one prompt, of which the raw scores choose one and the calibrated scores the other.
struct DisputedPair: Sendable {
  /// The prompt's id in the input.
  let id: String
  /// Rows of the input.
  let raw: Int
  let calibrated: Int
  let key: PairLabel.Pair
  /// Whether `key.first` is the response that the calibrated scores choose.
  let isFirstCalibrated: Bool
}

struct DisputedPairs: Sendable {
  /// In the order in which they are shown, which the seed alone decides.
  let pairs: [DisputedPair]
  /// Prompts with several different responses.
  let decisions: Int

  var share: Double { decisions > 0 ? Double(pairs.count) / Double(decisions) : 0 }

  /// - Parameters:
  ///   - candidates: with uncalibrated scores.
  ///   - texts: of each row.
  init(
    _ candidates: ScoredCandidates, raw: [Double], _ texts: Conversations,
    _ decision: LabelRequest.Decision, seed: UInt64
  ) {
    let numbers = ConversationNumbers(texts)
    let members = candidates.responses.groups.members
    let (starts, rows) = (members.starts, members.rows)
    let choice = PairChoice(
      raw: raw, calibrated: candidates.scores, responses: numbers.responses, seed: seed)
    var found: [PairLabel.Pair: DisputedPair] = [:]
    var decisions = 0
    for group in 0..<candidates.responses.groups.count {
      let own = rows[starts[group]..<starts[group + 1]].map { Int($0) }
      guard Set(own.map { numbers.responses[$0] }).count > 1 else { continue }
      decisions += 1
      let chosen =
        switch decision {
        case .best: choice.best(own)
        case .order: choice.drawn(own, of: texts)
        }
      guard let chosen else { continue }
      let pair = DisputedPair(chosen, candidates.responses.prompts[chosen.raw] ?? "", texts)
      // The same texts under two ids are one question to a person.
      if found[pair.key] != nil { decisions -= 1 } else { found[pair.key] = pair }
    }
    self.decisions = decisions
    pairs = found.values.map { ($0, $0.key.drawn("order", seed)) }
      .sorted { $0.1 < $1.1 }.map(\.0)
  }
}

extension DisputedPair {
  fileprivate init(_ rows: (raw: Int, calibrated: Int), _ id: String, _ texts: Conversations) {
    let (one, other) = (texts[rows.calibrated], texts[rows.raw])
    let first = one.responseDigest
    key = PairLabel.Pair(prompt: one.promptDigest, first, other.responseDigest)
    isFirstCalibrated = key.first == first
    (self.id, raw, calibrated) = (id, rows.raw, rows.calibrated)
  }

  /// The row of a response that was shown.
  func row(isFirst: Bool) -> Int { isFirst == isFirstCalibrated ? calibrated : raw }
}

/// Which two responses to a prompt are compared.
private struct PairChoice {
  let raw: [Double]
  let calibrated: [Double]
  /// Equal where the texts are, [row].
  let responses: [Int32]
  let seed: UInt64

  /// The best by each; nil where both choose one text.
  ///
  /// Of several responses with the best score none is chosen over the others: if both have a text in common among
  /// their best, there is no dispute.
  func best(_ rows: [Int]) -> (raw: Int, calibrated: Int)? {
    let (first, second) = (top(rows, raw), top(rows, calibrated))
    let shared = Set(first.map { responses[$0] }).intersection(second.map { responses[$0] })
    guard shared.isEmpty, let one = first.first, let other = second.first else { return nil }
    return (one, other)
  }

  private func top(_ rows: [Int], _ scores: [Double]) -> [Int] {
    let best = rows.map { scores[$0] }.max()
    return rows.filter { scores[$0] == best }
  }

  /// Two drawn responses; nil where both scores order them alike, or either does not order them.
  func drawn(_ rows: [Int], of texts: Conversations) -> (raw: Int, calibrated: Int)? {
    var seen: Set<Int32> = []
    let different = rows.filter { seen.insert(responses[$0]).inserted }
    let places = different.map { row in
      (row, Digest(of: "draw \(seed) \(texts[row].promptDigest) \(texts[row].responseDigest)"))
    }.sorted { $0.1 < $1.1 }
    guard places.count > 1 else { return nil }
    let (one, other) = (places[0].0, places[1].0)
    let (before, after) = (raw[one] - raw[other], calibrated[one] - calibrated[other])
    guard before != 0, after != 0, (before > 0) != (after > 0) else { return nil }
    return before > 0 ? (one, other) : (other, one)
  }
}

extension PairLabel.Pair {
  /// A number that the pair, a seed and a purpose decide, and nothing else.
  func drawn(_ purpose: String, _ seed: UInt64) -> Digest {
    Digest(of: "\(purpose) \(seed) \(prompt) \(first) \(second)")
  }

  /// Whether the first response stands on the left for this person.
  func isFirstLeft(for labeller: String, _ seed: UInt64) -> Bool {
    drawn("side \(labeller)", seed).bytes[0] & 1 == 0
  }
}

extension Conversation {
  /// Of the prompt with its tools and variables.
  var promptDigest: Digest {
    let messages = JSONValue.array(prompt.map(\.json)).text()
    return Digest(of: context.isEmpty ? messages : messages + "\n" + context.json.sortedText)
  }

  var responseDigest: Digest { Digest(of: JSONValue.array(turns.map(\.json)).text()) }
}

extension JSONObject {
  fileprivate var sortedText: String { JSONValue.object(self).text(sortedKeys: true) }
}
