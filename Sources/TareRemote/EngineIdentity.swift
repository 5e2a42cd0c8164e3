/// What tells the model behind engines from any other: its name, and its rewards of a few texts.
internal import Foundation

package struct EngineIdentity: Sendable, Hashable {
  /// What the engines call their model; nil where they do not say.
  package let name: String?
  /// Rewards of Tare's probe texts; empty where none could be asked for.
  package let probes: [Float]

  package init(name: String?, probes: [Float]) {
    self.name = name
    self.probes = probes
  }

  /// Two answers of one model to the same texts differ by rounding alone, one text's up and another's down:
  /// in bfloat16 by up to 0.02 (vLLM 0.32, docs/performance.md). SGLang 0.5.23 gives Qwen's classifiers a
  /// bias that is random at each start, which moves all of them alike: by 0.03 to 0.12 between three starts.
  private static let noise: Float = 0.02
  private static let shift: Float = 0.002

  static func areAlike(_ a: [Float], _ b: [Float]) -> Bool {
    guard a.count == b.count else { return false }
    guard !a.isEmpty else { return true }
    let scale = max(1, a.map(abs).max() ?? 1)
    let differences = zip(a, b).map { $0 - $1 }
    let mean = differences.reduce(0, +) / Float(differences.count)
    return abs(mean) <= shift * scale && differences.allSatisfy { abs($0) <= noise * scale }
  }

  /// As numbers that are read back to the same bits.
  static func text(_ probes: [Float]) -> String {
    probes.map { String($0) }.joined(separator: ",")
  }

  private static let mark = "probe:"

  /// As a part of a scorer's read rule; nil without probes.
  package var part: String? { probes.isEmpty ? nil : Self.mark + Self.text(probes) }

  /// The identity that one of these read rules was written with, if that is this one but for rounding:
  /// the closest.
  package func known(in rules: [String]) -> EngineIdentity? {
    let known = rules.compactMap { rule -> [Float]? in
      let part = rule.split(separator: ";").first { $0.hasPrefix(Self.mark) }
      let numbers = part?.dropFirst(Self.mark.count).split(separator: ",").map { Float($0) }
      guard let numbers, !numbers.contains(nil) else { return nil }
      return numbers.compactMap(\.self)
    }
    func distance(_ other: [Float]) -> Float {
      zip(probes, other).map { abs($0 - $1) }.max() ?? .infinity
    }
    return known.filter { Self.areAlike($0, probes) }.min { distance($0) < distance($1) }
      .map { EngineIdentity(name: name, probes: $0) }
  }
}
