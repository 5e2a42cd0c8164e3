/// Whether a rubric's answers mean something on its own data: option order, complement, label mass,
/// wording, one question beside others, and what they say of labelled responses.
internal import TareCore
package import TareScoring

/// What was found of one question.
package struct QuestionAudit: Sendable {
  package let question: DecisionQuestion
  package var rows = 0
  /// Trials whose answer is the option that is listed first; 1 ÷ options without a preference.
  package var firstListed: DecisionEstimate?
  package var chance = 0.5
  /// Rows in which the answer is not the same in all orders of the options.
  package var orderFlips: DecisionEstimate?
  /// P(q) + P(not q), and how far that is from 1; of a noul.
  package var complementSum: DecisionEstimate?
  package var complementError: DecisionEstimate?
  /// The labels' share of the vocabulary, the smallest, and where the top token is no label.
  package var labelMass: DecisionEstimate?
  package var leastLabelMass: Double?
  package var otherTokenOnTop: DecisionEstimate?
  /// Rows in which other labels (1 for A, True for Yes) change the answer; nil where the model has none.
  package var labelFlips: DecisionEstimate?
  /// Rows in which another wording changes the answer, and the mean divergence of the wordings in bits.
  package var wordings = 1
  package var wordingFlips: DecisionEstimate?
  package var wordingDivergence: DecisionEstimate?
  /// The largest change of a probability beside the other questions, and its mean over rows.
  package var interference: Double?
  package var interferenceMean: DecisionEstimate?
  /// The share of rows with the most common answer, and the standard deviation of the value over rows.
  package var commonAnswer: DecisionEstimate?
  package var spread: Double?
  /// Pairs in which the chosen response has the higher value; ties count half.
  package var pairAccuracy: DecisionEstimate?
  /// Rows whose answer is that of `labels`, and the share of their most common label.
  package var labelAccuracy: DecisionEstimate?
  package var commonLabel: Double?

  init(_ question: DecisionQuestion) { self.question = question }

  /// Why the answer carries no signal, a phrase each; none where nothing speaks against it.
  package var faults: [String] {
    var faults: [String] = []
    if let flips = orderFlips, flips.low > 0.5 {
      faults.append("the answer changes with the order of the options in most rows")
    } else if let first = firstListed, first.count > 0, first.low > 0.9, chance < 0.9 {
      faults.append("the answer is the option that is listed first, whatever it says")
    }
    if let spread, spread < 0.02, let common = commonAnswer, common.value > 0.95 {
      faults.append("the answer hardly differs between rows")
    }
    if let accuracy = pairAccuracy, accuracy.count > 0, accuracy.low <= 0.5 {
      faults.append(
        accuracy.high < 0.5
          ? "rejected responses have the higher value more often than chosen ones"
          : "chosen and rejected responses are not separated beyond chance")
    }
    if let accuracy = labelAccuracy, let common = commonLabel, accuracy.low <= common {
      faults.append("the labels are not predicted better than by the most common one")
    }
    return faults
  }

  /// What to be careful about.
  package var cautions: [String] {
    var cautions: [String] = []
    if let first = firstListed, first.count > 0, first.low > chance || first.high < chance {
      cautions.append("answers depend on the options' position: average over orders")
    }
    if let error = complementError, error.count > 0, error.low > 0.25 {
      cautions.append("P(q) + P(not q) is far from 1: probabilities need calibration")
    }
    if let mass = labelMass, mass.count > 0, mass.value < 0.5 {
      cautions.append("the labels hold less than half of the vocabulary's mass")
    }
    if let flips = labelFlips, flips.count > 0, flips.value > 0.2 {
      cautions.append("other labels change the answer in many rows")
    }
    if let flips = wordingFlips, flips.count > 0, flips.value > 0.2 {
      cautions.append("another wording changes the answer in many rows")
    }
    return cautions
  }

  package var verdict: String {
    faults.isEmpty ? cautions.isEmpty ? "usable" : "use with care" : "do not use"
  }
}

/// What a row's variants of a question come to.
struct AuditedRow {
  /// In the order of the question's options.
  var base: DecisionReading
  /// The same question with its options in other orders, in the order of the question's options; the
  /// first is the base where the question is a choice or a score.
  var orders: [DecisionReading] = []
  /// For each order, the option that is listed first, by its place in the question.
  var firsts: [Int] = []
  var complement: DecisionReading?
  var wordings: [DecisionReading] = []
  /// With other labels.
  var otherLabels: DecisionReading?
  /// Beside all other questions.
  var together: DecisionReading?
  var value: Double?
  var label: String?
  /// Prompt and role, to compare chosen with rejected responses.
  var pair: (key: Int, role: Role)?
}

extension QuestionAudit {
  init(_ question: DecisionQuestion, _ audited: [AuditedRow]) {
    self.init(question)
    rows = audited.count
    measureOrder(audited)
    measureMass(audited)
    measureLabels(audited)
    measureWording(audited)
    measureComplement(audited)
    measureSignal(audited)
    let changes = audited.compactMap { row in
      row.together.map { other in
        zip(row.base.probabilities, other.probabilities).map { Double(abs($0 - $1)) }.max() ?? 0
      }
    }
    interference = changes.max()
    if !changes.isEmpty { interferenceMean = DecisionEstimate(meanOf: changes) }
  }

  private static func best(_ reading: DecisionReading) -> Int {
    let values = reading.probabilities
    return values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
  }

  private mutating func measureOrder(_ audited: [AuditedRow]) {
    let tried = audited.filter { $0.orders.count > 1 }
    guard let first = tried.first else { return }
    chance = 1 / Double(max(first.orders[0].probabilities.count, 1))
    firstListed = DecisionEstimate(
      meanOf: tried.map { row in
        let wins = zip(row.orders, row.firsts).count { Self.best($0) == $1 }
        return Double(wins) / Double(row.orders.count)
      })
    orderFlips = DecisionEstimate(
      share: tried.count { row in Set(row.orders.map(Self.best)).count > 1 }, of: tried.count)
  }

  private mutating func measureMass(_ audited: [AuditedRow]) {
    let masses = audited.compactMap(\.base.labelMass)
    guard !masses.isEmpty else { return }
    labelMass = DecisionEstimate(meanOf: masses)
    leastLabelMass = masses.min()
    otherTokenOnTop = DecisionEstimate(
      share: audited.count { $0.base.isTopALabel == false }, of: audited.count)
  }

  private mutating func measureLabels(_ audited: [AuditedRow]) {
    let flips = audited.compactMap { row in
      row.otherLabels.map { Self.best($0) != Self.best(row.base) }
    }
    guard !flips.isEmpty else { return }
    labelFlips = DecisionEstimate(share: flips.count { $0 }, of: flips.count)
  }

  private mutating func measureWording(_ audited: [AuditedRow]) {
    let tried = audited.filter { !$0.wordings.isEmpty }
    guard let first = tried.first else { return }
    wordings = 1 + first.wordings.count
    wordingFlips = DecisionEstimate(
      share: tried.count { row in
        row.wordings.contains { Self.best($0) != Self.best(row.base) }
      }, of: tried.count)
    wordingDivergence = DecisionEstimate(
      meanOf: tried.map { row in
        let all = ([row.base] + row.wordings).map { $0.probabilities.map { Double($0) } }
        var sum = 0.0
        for (place, one) in all.enumerated() {
          for other in all[(place + 1)...] { sum += DecisionMath.divergence(one, other) }
        }
        return sum / Double(all.count * (all.count - 1) / 2)
      })
  }

  private mutating func measureComplement(_ audited: [AuditedRow]) {
    let sums = audited.compactMap { row in
      row.complement.flatMap { other -> Double? in
        guard let own = row.base.probabilities.first, let not = other.probabilities.first else {
          return nil
        }
        return Double(own) + Double(not)
      }
    }
    guard !sums.isEmpty else { return }
    complementSum = DecisionEstimate(meanOf: sums)
    complementError = DecisionEstimate(meanOf: sums.map { abs($0 - 1) })
  }

  private mutating func measureSignal(_ audited: [AuditedRow]) {
    let answers = audited.map { Self.best($0.base) }
    let most = Dictionary(grouping: answers) { $0 }.values.map(\.count).max() ?? 0
    commonAnswer = DecisionEstimate(share: most, of: answers.count)
    let values = audited.compactMap(\.value)
    if values.count > 1 {
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      spread = (squares / Double(values.count - 1)).squareRoot()
    }
    measurePairs(audited)
    let labelled = audited.filter { $0.label != nil }
    guard !labelled.isEmpty else { return }
    labelAccuracy = DecisionEstimate(
      share: labelled.count { question.options[Self.best($0.base)].name == $0.label },
      of: labelled.count)
    let common = Dictionary(grouping: labelled.compactMap(\.label)) { $0 }.values.map(\.count).max()
    commonLabel = Double(common ?? 0) / Double(labelled.count)
  }

  private mutating func measurePairs(_ audited: [AuditedRow]) {
    var byKey: [Int: (chosen: [Double], rejected: [Double])] = [:]
    for row in audited {
      guard let value = row.value, let pair = row.pair else { continue }
      switch pair.role {
      case .chosen: byKey[pair.key, default: ([], [])].chosen.append(value)
      case .rejected: byKey[pair.key, default: ([], [])].rejected.append(value)
      case .response: break
      }
    }
    let shares = byKey.sorted { $0.key < $1.key }.compactMap { _, pair -> Double? in
      guard !pair.chosen.isEmpty, !pair.rejected.isEmpty else { return nil }
      var wins = 0.0
      for chosen in pair.chosen {
        for rejected in pair.rejected {
          wins += chosen > rejected ? 1 : chosen == rejected ? 0.5 : 0
        }
      }
      return wins / Double(pair.chosen.count * pair.rejected.count)
    }
    if !shares.isEmpty { pairAccuracy = DecisionEstimate(meanOf: shares) }
  }
}
