/// The ways to read a reward off a hidden state.
package import TareCore

package enum RewardHeads {
  package static let registry = Registry<any RewardHead.Type>(
    "reward head",
    [
      LinearHead.self
    ]
  ) { $0 }
}

/// Turns the hidden state at the read position into a score.
package protocol RewardHead: Registered, Sendable {
  /// Whether this head's tensors are in the file.
  static func isPresent(in reader: WeightReader) -> Bool
  init(_ reader: WeightReader, hiddenSize: Int) throws(TareError)
  /// - Parameter hidden: the state after the final norm, [hiddenSize].
  func score(_ hidden: [Float]) -> Float
}

/// Finds and loads the head of a weight file.
/// - Throws: `TareError.badData` if there is none: a head is never made up.
package func loadRewardHead(
  _ weights: WeightFile, hiddenSize: Int
) throws(TareError) -> any RewardHead {
  do throws(TareError) {
    let reader = WeightReader(weights)
    guard let kind = RewardHeads.registry.entries.first(where: { $0.isPresent(in: reader) }) else {
      let names = weights.tensors.keys.sorted()
      throw .badData(
        place: "tensors", found: "no reward head (\(names.prefix(8).joined(separator: ", ")))",
        accepted: RewardHeads.registry.help.map(\.summary).joined(separator: "; "))
    }
    return try kind.init(reader, hiddenSize: hiddenSize)
  } catch {
    throw error.inside(weights.file.path)
  }
}
