/// A ranking from elsewhere: names, each with a number.
package import TareCore

package struct NamedRanking: Sendable {
  /// What it is called.
  package let name: String
  /// What the numbers are called.
  package let measure: String
  /// Whether larger numbers are better.
  package let largerIsBetter: Bool
  package let names: [String]
  package let values: [Double]

  /// - Throws: `TareError.badData` for a name that comes twice.
  package init(
    name: String, measure: String, largerIsBetter: Bool, names: [String], values: [Double]
  ) throws(TareError) {
    var seen: Set<ExactText> = []
    for entry in names where !seen.insert(ExactText(entry)).inserted {
      throw .badData(place: name, found: "'\(entry)' twice", accepted: "each name once")
    }
    self.name = name
    self.measure = measure
    self.largerIsBetter = largerIsBetter
    self.names = names
    self.values = values
  }

  /// Which policies the ranking has.
  package struct Matches: Sendable {
    /// The policy of each match, the best of the ranking first.
    package let policies: [Int]
    /// Larger for better, [match].
    package let values: [Double]
    /// The ranking's own name, [match].
    package let names: [String]
    /// Policies that are not in the ranking.
    package let unmatched: [String]
  }

  /// - Parameters:
  ///   - policies: their names.
  ///   - translations: a policy's name in the ranking, empty for none; a policy without an entry has the
  ///     same name there.
  /// - Throws: `TareError.badData` where two policies are one entry of the ranking, or the ranking lacks a
  ///   name that the translations give.
  package func matches(
    _ policies: [String], translations: [String: String]
  ) throws(TareError) -> Matches {
    let places = Dictionary(uniqueKeysWithValues: zip(names.map { ExactText($0) }, names.indices))
    let known = Dictionary(
      uniqueKeysWithValues: translations.map { (ExactText($0.key), $0.value) })
    var taken: [Int: Int] = [:]
    var unmatched: [String] = []
    for (policy, own) in policies.enumerated() {
      let translated = known[ExactText(own)]
      guard translated != "", let place = places[ExactText(translated ?? own)] else {
        if let translated, !translated.isEmpty {
          throw .badData(
            place: name, found: "no entry '\(translated)', the name given for '\(own)'",
            accepted: "a name of the ranking, or an empty cell")
        }
        unmatched.append(own)
        continue
      }
      if let other = taken[place] {
        throw .badData(
          place: name,
          found: "'\(policies[other])' and '\(own)' as the same entry '\(names[place])'",
          accepted: "one model per entry; give one of them an empty name")
      }
      taken[place] = policy
    }
    let sign = largerIsBetter ? 1.0 : -1.0
    let order = taken.keys.sorted { (-sign * values[$0], $0) < (-sign * values[$1], $1) }
    return Matches(
      policies: order.compactMap { taken[$0] }, values: order.map { sign * values[$0] },
      names: order.map { names[$0] }, unmatched: unmatched)
  }
}
