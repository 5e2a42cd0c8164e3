/// Preference pairs for training, made of ranked candidates.
package import TareCore

/// A better and a worse response to one prompt, by row in the input.
package struct PreferencePair: Sendable, Hashable {
  package let promptID: String
  package let chosen: Response
  package let rejected: Response
  /// Length of the chosen response less that of the rejected one, in Unicode scalars.
  package let lengthDifference: Int

  package var margin: Double { chosen.score - rejected.score }

  /// What a pair keeps of a candidate's place.
  package struct Response: Sendable, Hashable {
    package let row: Int
    package let score: Double

    init(_ place: Ranking.Place) { (row, score) = (place.row, place.score) }
  }
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
    /// How sure the order must be; nil where that is not asked.
    package var sureness: Sureness?
    /// The most pairs of a prompt, those with the largest margins; nil for all.
    package var mostPerPrompt: Int?
    package var seed: UInt64 = 1

    package init() {}

    /// Whether a difference of scores is large enough; 0.3 less 0.1 is 0.2 but for its rounding.
    func allows(_ margin: Double) -> Bool { margin >= self.margin - 1e-9 * abs(self.margin) }
  }

  /// Pairs whose scores differ by fewer than `z` standard deviations of the difference are left out.
  package struct Sureness: Sendable {
    package let z: Double
    /// Of each score, [row].
    package let deviations: [Double]
    /// Of the errors of two scores of a prompt; 0 where they are independent.
    package let correlation: Double

    package init(z: Double, deviations: [Double], correlation: Double) {
      self.z = z
      self.deviations = deviations
      self.correlation = correlation
    }

    /// The standard deviation of the difference of two scores.
    package func deviation(_ row: Int, less other: Int) -> Double {
      let (a, b) = (deviations[row], deviations[other])
      return max(a * a + b * b - 2 * correlation * a * b, 0).squareRoot()
    }

    func allows(_ row: Int, over other: Int, margin: Double) -> Bool {
      margin >= z * deviation(row, less: other)
    }
  }

  /// Why responses and pairs are not there.
  package struct Dropped: Sendable, Hashable {
    /// Prompts with one response, or none that differ.
    package var singlePrompts = 0
    /// Responses that repeat the text of a better one of their prompt.
    package var repeatedResponses = 0
    package var ties = 0
    package var belowMargin = 0
    /// Pairs that are not as sure as was asked.
    package var unsure = 0
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
  ///   - texts: of each row, by which repetitions are found.
  /// - Throws: `TareError.badData` that names the row whose prompt is another than that of the first
  ///   response with its id.
  package init(
    _ rankings: some Collection<Ranking>, texts: ConversationNumbers, _ settings: Settings
  ) throws(TareError) {
    prompts = rankings.count
    var random = Xoshiro256(seed: settings.seed)
    var seen: Set<Texts> = []
    var responses: Set<Int32> = []
    // What is reserved and not used costs no memory.
    seen.reserveCapacity(settings.rule == .all ? 0 : prompts)
    pairs.reserveCapacity(settings.rule == .all ? 0 : prompts)
    for ranking in rankings {
      try Self.requireOnePrompt(ranking, texts.prompts)
      responses.removeAll(keepingCapacity: true)
      let places = ranking.places.filter { responses.insert(texts.responses[$0.row]).inserted }
      dropped.repeatedResponses += ranking.places.count - places.count
      guard places.count > 1 else {
        dropped.singlePrompts += 1
        continue
      }
      var made: [PreferencePair] = []
      for (better, worse) in Self.candidates(settings, places, &random) {
        let chosen = PreferencePair.Response(places[better])
        let rejected = PreferencePair.Response(places[worse])
        let pair = PreferencePair(
          promptID: ranking.promptID, chosen: chosen, rejected: rejected,
          lengthDifference: Int(texts.lengths[chosen.row] - texts.lengths[rejected.row]))
        if pair.margin == 0, settings.dropsTies {
          dropped.ties += 1
        } else if !settings.allows(pair.margin) {
          dropped.belowMargin += 1
        } else if let sureness = settings.sureness,
          !sureness.allows(chosen.row, over: rejected.row, margin: pair.margin)
        {
          dropped.unsure += 1
        } else if seen.contains(Texts(pair, texts)) {
          dropped.repeatedPairs += 1
        } else {
          made.append(pair)
        }
      }
      if let most = settings.mostPerPrompt, made.count > most {
        dropped.beyondMost += made.count - most
        // Swift's sort is stable: of equal margins those of the better responses stay.
        made = Array(made.sorted { $0.margin > $1.margin }.prefix(most))
      }
      // No two pairs of one prompt are alike: its responses differ.
      for pair in made { seen.insert(Texts(pair, texts)) }
      pairs += made
    }
  }

  /// What a pair says.
  private struct Texts: Hashable {
    let prompt, chosen, rejected: Int32

    init(_ pair: PreferencePair, _ texts: ConversationNumbers) {
      prompt = texts.prompts[pair.chosen.row]
      chosen = texts.responses[pair.chosen.row]
      rejected = texts.responses[pair.rejected.row]
    }
  }

  /// - Parameter prompts: equal where the prompts are, [row].
  private static func requireOnePrompt(
    _ ranking: Ranking, _ prompts: [Int32]
  ) throws(TareError) {
    let first = ranking.places.lazy.map(\.row).min() ?? 0
    guard
      let other = ranking.places.lazy.map(\.row).filter({ prompts[$0] != prompts[first] }).min()
    else { return }
    throw .badData(
      place: "row \(other + 1) (prompt '\(ranking.promptID)')",
      found: "a different prompt than in row \(first + 1), which has the same id",
      accepted: "one prompt per id")
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
        let isSure =
          settings.sureness?.allows(places[0].row, over: places[place].row, margin: margin) ?? true
        return settings.allows(margin) && (margin > 0 || !settings.dropsTies) && isSure
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
