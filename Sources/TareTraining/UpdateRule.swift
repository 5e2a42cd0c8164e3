/// How a head is fitted to one more domain: which rows learn, and what of earlier domains is kept.
package import TareCore

package enum UpdateRule: Sendable, Hashable {
  /// Every parameter learns from the new domain alone.
  case all
  /// From the second domain on, rows of small outputs do not learn (arXiv 2406.17245). Nil for a
  /// threshold found by cross-validation.
  case migu(threshold: Double?)
  /// The control: as many rows as MIGU would mask in the same batch, drawn at random.
  case random(threshold: Double?)
  /// This share of each earlier domain's training pairs, at least one, drawn once at its end, is
  /// mixed into every later domain's.
  case replay(share: Double)

  package static let accepted =
    "all, migu or random (cross-validated), migu:T or random:T with T from 0 to 1, replay:R with R "
    + "above 0 and up to 1"

  package init(parsing text: String) throws(TareError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let number = parts.count == 2 ? Double(parts[1]) : nil
    switch (String(parts[0]), parts.count, number) {
    case ("all", 1, _): self = .all
    case ("migu", 1, _): self = .migu(threshold: nil)
    case ("random", 1, _): self = .random(threshold: nil)
    case ("migu", 2, let value?) where (0...1).contains(value): self = .migu(threshold: value)
    case ("random", 2, let value?) where (0...1).contains(value): self = .random(threshold: value)
    case ("replay", 2, let value?) where value > 0 && value <= 1: self = .replay(share: value)
    default: throw .usage("update rule: expected \(Self.accepted), found \(text)")
    }
  }

  /// Whether cross-validation must find its threshold.
  package var needsThreshold: Bool {
    self == .migu(threshold: nil) || self == .random(threshold: nil)
  }

  /// The rule with this threshold where it has none of its own.
  package func with(threshold: Double?) -> UpdateRule {
    switch self {
    case .migu(nil): .migu(threshold: threshold)
    case .random(nil): .random(threshold: threshold)
    default: self
    }
  }

  /// The threshold by which rows are masked; nil where none are.
  var threshold: Double? {
    switch self {
    case .migu(let threshold), .random(let threshold): threshold
    case .all, .replay: nil
    }
  }
}

extension UpdateRule: CustomStringConvertible {
  /// As a user writes it.
  package var description: String {
    switch self {
    case .all: "all"
    case .migu(let threshold): "migu" + (threshold.map { ":\($0)" } ?? "")
    case .random(let threshold): "random" + (threshold.map { ":\($0)" } ?? "")
    case .replay(let share): "replay:\(share)"
    }
  }
}
