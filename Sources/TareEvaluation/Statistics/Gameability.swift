/// How far a number can be moved by asking a model for more words or for fewer.
package import TareCore

/// A model that was asked to be concise, to be verbose, and neither; told by the endings of names.
package struct Gameability: Sendable, Hashable {
  package let model: String
  /// Concise, standard and verbose, those there are.
  package let variants: [String]
  package let values: [Double]

  /// Standard deviation over mean: the length gameability of arXiv 2404.04475.
  package var relativeDeviation: Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return mean > 0 ? values.sampleDeviation / mean : 0
  }

  /// The largest less the smallest.
  package var spread: Double { (values.max() ?? 0) - (values.min() ?? 0) }

  /// The models of which there are at least two variants, by name.
  package static func families(_ numbers: [(name: String, value: Double)]) -> [Gameability] {
    let endings = ["concise": "_concise", "standard": "", "verbose": "_verbose"]
    let values = Dictionary(numbers.map { ($0.name, $0.value) }) { first, _ in first }
    let stems = Set(
      numbers.map { number in
        endings.values.first { !$0.isEmpty && number.name.hasSuffix($0) }
          .map { String(number.name.dropLast($0.count)) } ?? number.name
      })
    return stems.sorted().compactMap { stem in
      let present = ["concise", "standard", "verbose"].compactMap { variant in
        values[stem + (endings[variant] ?? "")].map { (variant, $0) }
      }
      guard present.count > 1 else { return nil }
      return Gameability(model: stem, variants: present.map(\.0), values: present.map(\.1))
    }
  }

  package var json: JSONValue {
    [
      "model": .string(model), "relative_deviation": .double(relativeDeviation),
      "spread": .double(spread),
      "values": .object(JSONObject(zip(variants, values).map { ($0, $1) }) { .double($0) }),
    ]
  }
}
