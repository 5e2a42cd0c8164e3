/// A linear value head, `score.weight`, as AutoModelForSequenceClassification has it.
package import TareCore

package struct LinearHead: RewardHead {
  package static let key = "linear"
  package static let summary = "score.weight [1, hidden] and, where present, score.bias [1]"

  package let weight: [Float]
  package let bias: Float

  package init(weight: [Float], bias: Float) {
    self.weight = weight
    self.bias = bias
  }

  package static func isPresent(in reader: WeightReader) -> Bool { reader.has("score.weight") }

  package init(_ reader: WeightReader, hiddenSize: Int) throws(TareError) {
    weight = try reader["score.weight"].rows(1, hiddenSize)[0]
    bias = reader.has("score.bias") ? try reader["score.bias"].vector(1)[0] : 0
    if let index = weight.firstIndex(where: { !$0.isFinite }) {
      throw .badData(
        place: "tensor 'score.weight', element \(index)", found: "\(weight[index])",
        accepted: "finite numbers")
    }
    guard bias.isFinite else {
      throw .badData(place: "tensor 'score.bias'", found: "\(bias)", accepted: "a finite number")
    }
  }

  /// Summed in double: the head is where small differences of large numbers are read.
  package func score(_ hidden: [Float]) -> Float {
    precondition(hidden.count == weight.count)
    var total = Double(bias)
    for (a, b) in zip(hidden, weight) { total += Double(a) * Double(b) }
    return Float(total)
  }
}
