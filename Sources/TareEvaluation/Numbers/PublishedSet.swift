/// How large a published benchmark is, part by part.

/// Numbers of a part of it, or of another selection, are not the published ones.
package struct PublishedSet: Sendable {
  /// "RewardBench".
  package let name: String
  /// What is counted, in a word: "pair", "prompt".
  package let unit: String
  /// Where a benchmark was published with several sets: which one this is.
  package let edition: String?
  /// How many each part has: of a subset, domain or category.
  package let parts: [(name: String, count: Int)]
  /// So many may be missing where the benchmark itself leaves out what a judge failed on.
  package let mayLack: Int

  package init(
    _ name: String, unit: String, edition: String? = nil, mayLack: Int = 0,
    parts: [(String, Int)]
  ) {
    self.name = name
    self.unit = unit
    self.edition = edition
    self.mayLack = mayLack
    self.parts = parts.map { ($0.0, $0.1) }
  }

  package var count: Int { parts.reduce(0) { $0 + $1.count } }
}
