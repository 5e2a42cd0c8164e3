/// Texts that run through a model which tells of its insides.
internal import TareCore
internal import TareEngine
internal import TareFormats
internal import TareScoring

/// The responses of a file, tokenised, in the file's order.
struct InspectedTexts {
  struct Item {
    let row: CandidateSet
    let conversation: TokenizedConversation
  }

  let items: [Item]
  var tokens: Int { items.reduce(0) { $0 + $1.conversation.ids.count } }

  init(
    _ rows: CandidateSets, _ text: TextModel, _ options: ScoringOptions, file: String
  ) throws(TareError) {
    var items: [Item] = []
    for (position, row) in rows.enumerated() {
      for (index, candidate) in row.responses.enumerated() {
        do throws(TareError) {
          let conversation = try text.tokenize(
            row.conversation(candidate), options)
          items.append(Item(row: row, conversation: conversation))
        } catch {
          throw error.inside("row \(position + 1), response \(index + 1)").inside(file)
        }
      }
    }
    guard !items.isEmpty else {
      throw .badData(place: file, found: "no responses", accepted: "at least one")
    }
    self.items = items
  }

  /// Positions of tokens that are drawn without replacement, for each item.
  func drawn(_ count: Int, seed: UInt64) -> [[Int]] {
    var random = Xoshiro256(seed: seed)
    // Selection sampling (Knuth, 3.4.2, algorithm S).
    var (wanted, left) = (min(count, tokens), tokens)
    return items.map { item in
      item.conversation.ids.indices.filter { _ in
        defer { left -= 1 }
        guard random.next(below: left) < wanted else { return false }
        wanted -= 1
        return true
      }
    }
  }
}

/// A model as `inspect` runs it: with its reward head, or, of a language model without one, the body.
struct InspectedModel {
  let text: TextModel
  let options: ScoringOptions
  private let reward: RewardModel?
  private let body: FeatureExtractor

  /// - Throws: `TareError.usage` for an implicit reward, which is two models'.
  init(_ settings: ScoringSettings) throws(TareError) {
    guard settings.reference == nil else {
      throw .usage("--reference cannot be combined with --routing and --attention: give one model")
    }
    text = try settings.textModel()
    body = FeatureExtractor(text, threads: settings.threads)
    var options: ScoringOptions
    if try settings.loadedHead(text) == nil {
      reward = nil
      options = try settings.options(readRule: .last, text: text, run: nil)
    } else {
      let model = try settings.rewardModel(text)
      reward = model
      options = try settings.options(model, run: nil)
    }
    options.marksResponse = true
    self.options = options
  }

  var sharesPrefixes: Bool { body.sharesPrefixes }

  /// What the probe is told of, and the scores; nil without a reward head.
  func run(
    _ conversations: [TokenizedConversation], _ probe: PassProbe
  ) throws(TareError) -> [Double]? {
    guard let reward else {
      _ = try body.features(conversations, probe: probe)
      return nil
    }
    return try reward.score(conversations, probe: probe).map { Double($0.value) }
  }
}
