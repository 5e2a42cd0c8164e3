/// Prompts divided into folds, and into those that fit and those that are held out.
internal import Foundation
internal import TareCore

/// Which fold each prompt is in: by chance, the same for the same prompts and seed whatever their order.
struct PromptFolds: Sendable {
  let count: Int
  private let places: [ExactText: Int]

  init(_ prompts: [String], count: Int, seed: UInt64) {
    let names = PromptSplit.shuffled(prompts, seed: seed)
    let folds = max(min(count, names.count), 1)
    var places: [ExactText: Int] = [:]
    for (place, name) in names.enumerated() { places[ExactText(name)] = place % folds }
    self.count = folds
    self.places = places
  }

  func fold(of prompt: String) -> Int? { places[ExactText(prompt)] }

  /// A map for each fold, fitted to the rows of the others.
  func maps(_ method: ProbabilityMethod, _ rows: [AnsweredRow]) -> [ProbabilityMap] {
    (0..<count).map { fold in
      let others = rows.filter { self.fold(of: $0.prompt) != fold }
      return others.isEmpty ? .none : ProbabilityFit.fit(method, others)
    }
  }

  /// The mean loss of rows under maps that were fitted without their prompts.
  func heldOutLoss(_ method: ProbabilityMethod, _ rows: [AnsweredRow]) -> Double {
    let maps = maps(method, rows)
    let losses = maps.indices.flatMap { fold in
      ProbabilityFit.losses(maps[fold], rows.filter { self.fold(of: $0.prompt) == fold })
    }
    return losses.reduce(0, +) / Double(max(losses.count, 1))
  }
}

/// Half of the prompts, drawn by the seed.
struct PromptSplit: Sendable {
  private let heldOut: Set<ExactText>
  private let seed: UInt64

  init(_ prompts: [String], seed: UInt64) {
    let names = Self.shuffled(prompts, seed: seed &+ 1)
    heldOut = Set(names.prefix(names.count / 2).map { ExactText($0) })
    self.seed = seed
  }

  func isHeldOut(_ prompt: String) -> Bool { heldOut.contains(ExactText(prompt)) }

  /// A row of each prompt, drawn by the seed, with calibrated probabilities.
  func oneEach(_ rows: [AnsweredRow], _ map: ProbabilityMap) -> [AnsweredRow] {
    var groups: [ExactText: [AnsweredRow]] = [:]
    for row in rows { groups[ExactText(row.prompt), default: []].append(row) }
    return groups.values.compactMap { group -> AnsweredRow? in
      guard let first = group.first else { return nil }
      let draw = HashedUnit.value(first.prompt, "row", seed)
      let place = min(Int(draw * Double(group.count)), group.count - 1)
      var row = group[place]
      row.probabilities = map.apply(row.probabilities)
      return row
    }.sorted { $0.row < $1.row }
  }

  /// The prompts, each once, in an order drawn by the seed.
  static func shuffled(_ prompts: [String], seed: UInt64) -> [String] {
    var seen: Set<ExactText> = []
    var names = prompts.filter { seen.insert(ExactText($0)).inserted }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var random = Xoshiro256(seed: seed)
    for place in stride(from: names.count - 1, to: 0, by: -1) {
      names.swapAt(place, random.next(below: place + 1))
    }
    return names
  }
}

/// Numbers that look drawn, and are the same for the same names.
enum HashedUnit {
  /// From 0, below 1.
  static func value(_ parts: String..., seed: UInt64) -> Double {
    let digest = Digest(of: parts.joined(separator: "\0") + "\0\(seed)")
    var bits: UInt64 = 0
    for index in 0..<8 { bits = bits << 8 | UInt64(digest.bytes[index]) }
    return Double(bits >> 11) / 9_007_199_254_740_992
  }

  static func value(_ first: String, _ second: String, _ seed: UInt64) -> Double {
    value(first, second, seed: seed)
  }
}
