/// Preference pairs for training, made of ranked candidates.
package import TareCore

/// A better and a worse response to one prompt, by row in the input.
package struct PreferencePair: Sendable, Hashable {
  package let promptID: String
  package let chosen: Ranking.Place
  package let rejected: Ranking.Place
  /// Length of the chosen response less that of the rejected one, in Unicode scalars.
  package let lengthDifference: Int

  package var margin: Double { chosen.score - rejected.score }
}

package enum PairRule: String, Sendable, CaseIterable {
  case bestWorst = "best-worst"
  /// The best and one of the others, drawn.
  case bestRandom = "best-random"
  case all
}

/// How pairs are made, and what is left out.
package struct PreferencePairs: Sendable {
  package struct Settings: Sendable {
    package var rule = PairRule.bestWorst
    /// The least difference of the two scores.
    package var margin = 0.0
    /// Whether equal scores make no pair; else the one that comes first in the input is chosen.
    package var dropsTies = true
    /// The most pairs of a prompt, those with the largest margins; nil for all.
    package var mostPerPrompt: Int?
    package var seed: UInt64 = 1

    package init() {}
  }

  /// Why responses and pairs are not there.
  package struct Dropped: Sendable, Hashable {
    /// Prompts with one response, or none that differ.
    package var singlePrompts = 0
    /// Responses that repeat the text of a better one of their prompt.
    package var repeatedResponses = 0
    package var ties = 0
    package var belowMargin = 0
    /// Pairs that repeat prompt, chosen and rejected text of an earlier one.
    package var repeatedPairs = 0
    package var beyondMost = 0

    package init() {}
  }

  package private(set) var pairs: [PreferencePair] = []
  package private(set) var dropped = Dropped()
  package let prompts: Int

  /// - Parameters:
  ///   - rankings: of all prompts.
  ///   - texts: prompt and response of each row, by which repetitions are found, [row]; they are read
  ///     as they are needed.
  /// - Throws: `TareError.badData` that names the row whose prompt is another than that of the first
  ///   response with its id.
  package init<Texts: RandomAccessCollection<Conversation>>(
    _ rankings: some Collection<Ranking>, texts: Texts, _ settings: Settings
  ) throws(TareError) where Texts.Index == Int {
    prompts = rankings.count
    var random = Xoshiro256(seed: settings.seed)
    var seen = SeenPairs(texts)
    for ranking in rankings {
      let own = ranking.places.map { texts[$0.row] }
      try Self.requireOnePrompt(ranking, own)
      var responses: Set<Conversation> = []
      let kept = own.indices.filter { responses.insert(own[$0]).inserted }
      let places = kept.map { ranking.places[$0] }
      dropped.repeatedResponses += ranking.places.count - places.count
      guard places.count > 1 else {
        dropped.singlePrompts += 1
        continue
      }
      var made: [(pair: PreferencePair, hash: Int)] = []
      for (better, worse) in Self.candidates(settings, places, &random) {
        let (chosen, rejected) = (own[kept[better]], own[kept[worse]])
        let pair = PreferencePair(
          promptID: ranking.promptID, chosen: places[better], rejected: places[worse],
          lengthDifference: chosen.length - rejected.length)
        if pair.margin == 0, settings.dropsTies {
          dropped.ties += 1
        } else if pair.margin < settings.margin {
          dropped.belowMargin += 1
        } else {
          let hash = SeenPairs<Texts>.hash(chosen, rejected)
          if seen.contains(chosen, rejected, hash) {
            dropped.repeatedPairs += 1
          } else {
            made.append((pair, hash))
          }
        }
      }
      if let most = settings.mostPerPrompt, made.count > most {
        dropped.beyondMost += made.count - most
        // Swift's sort is stable: of equal margins those of the better responses stay.
        made = Array(made.sorted { $0.pair.margin > $1.pair.margin }.prefix(most))
      }
      // No two pairs of one prompt are alike: its responses differ.
      for (pair, hash) in made { seen.insert(pair, hash) }
      pairs += made.map(\.pair)
    }
  }

  /// - Parameter texts: of each place.
  private static func requireOnePrompt(
    _ ranking: Ranking, _ texts: [Conversation]
  ) throws(TareError) {
    let places = ranking.places.indices.sorted {
      ranking.places[$0].row < ranking.places[$1].row
    }
    let rows = places.map { ranking.places[$0].row }
    let first = texts[places[0]]
    guard
      let other = places.first(where: {
        texts[$0].prompt != first.prompt || texts[$0].context != first.context
      }).map({ ranking.places[$0].row })
    else { return }
    throw .badData(
      place: "row \(other + 1) (prompt '\(ranking.promptID)')",
      found: "another prompt than that of row \(rows[0] + 1), which has the same id",
      accepted: "responses to one prompt under one id")
  }

  /// Positions of better and worse among the places, the best first.
  private static func candidates(
    _ settings: Settings, _ places: [Ranking.Place], _ random: inout Xoshiro256
  ) -> [(better: Int, worse: Int)] {
    switch settings.rule {
    case .bestWorst: return [(0, places.count - 1)]
    case .bestRandom:
      // Drawn among those that make a pair; where none does the worst one tells why.
      let others = (1..<places.count).filter { place in
        let margin = places[0].score - places[place].score
        return margin >= settings.margin && (margin > 0 || !settings.dropsTies)
      }
      return [
        (0, others.isEmpty ? places.count - 1 : others[random.next(below: others.count)])
      ]
    case .all:
      return places.indices.flatMap { better in
        ((better + 1)..<max(places.count, better + 1)).map { (better, $0) }
      }
    }
  }
}

/// Pairs by what they say: found by a hash and compared as they stand, so that no text is held.
private struct SeenPairs<Texts: RandomAccessCollection<Conversation>> where Texts.Index == Int {
  private let texts: Texts
  /// Rows of chosen and rejected responses by their hash.
  private var rows: [Int: [(chosen: Int, rejected: Int)]] = [:]

  init(_ texts: Texts) { self.texts = texts }

  static func hash(_ chosen: Conversation, _ rejected: Conversation) -> Int {
    [chosen, rejected].hashValue
  }

  func contains(_ chosen: Conversation, _ rejected: Conversation, _ hash: Int) -> Bool {
    rows[hash]?
      .contains { texts[$0.chosen] == chosen && texts[$0.rejected] == rejected } ?? false
  }

  /// - Parameter hash: of its texts.
  mutating func insert(_ pair: PreferencePair, _ hash: Int) {
    rows[hash, default: []].append((pair.chosen.row, pair.rejected.row))
  }
}
