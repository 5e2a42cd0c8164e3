/// An MLP head that can be fitted: linear layers with ReLU between them, and one reward or a logit for each
/// class at the end.
internal import Foundation
package import TareCore

package struct MLPNetwork: Sendable, Hashable {
  package var layers: [DenseLayer]

  package init(layers: [DenseLayer]) {
    precondition(!layers.isEmpty)
    self.layers = layers
  }

  /// A random start.
  ///
  /// - Parameters:
  ///   - hidden: the widths between the features and the reward or the logits.
  ///   - outputs: 1, or the number of classes.
  package init(inputs: Int, hidden: [Int], outputs: Int = 1, random: inout Xoshiro256) {
    var layers: [DenseLayer] = []
    var width = inputs
    for outputs in hidden + [outputs] {
      layers.append(DenseLayer(inputs: width, outputs: outputs, random: &random))
      width = outputs
    }
    self.init(layers: layers)
  }

  /// What it gives for a row of features.
  package var outputCount: Int { layers[layers.count - 1].outputs }

  /// The rewards of rows of features, [count].
  package func rewards(_ rows: [Double], count: Int) -> [Double] {
    precondition(outputCount == 1)
    return outputs(rows, count: count)[layers.count - 1]
  }

  /// The outputs of each linear layer before ReLU, [layer][count, outputs].
  func outputs(_ rows: [Double], count: Int) -> [[Double]] {
    var outputs: [[Double]] = []
    for (index, layer) in layers.enumerated() {
      let inputs = index == 0 ? rows : outputs[index - 1].map { max($0, 0) }
      outputs.append(layer.forward(inputs, count: count))
    }
    return outputs
  }

  /// What one pass over a batch gives.
  package struct Pass: Sendable {
    /// Of pairs the mean of −log σ(r_chosen − r_rejected), of classes that of −log p(class).
    package let loss: Double
    /// The loss's derivative by each layer's values, [layer][outputs, inputs + 1].
    package var gradients: [[Double]]
    /// What each linear layer gave before ReLU, [layer][rows, outputs].
    package let outputs: [[Double]]
  }

  /// Forwards and backwards: the Bradley–Terry loss and its gradient.
  ///
  /// - Parameter batch: the chosen rows, then the rejected ones, [2 · pairs, width].
  package func pass(_ batch: [Double], pairs: Int) -> Pass {
    let count = 2 * pairs
    precondition(outputCount == 1)
    let outputs = outputs(batch, count: count)
    let rewards = outputs[layers.count - 1]
    var loss = 0.0
    var slopes = [Double](repeating: 0, count: count)
    for pair in 0..<pairs {
      let margin = rewards[pair] - rewards[pairs + pair]
      // log(1 + e^−m) without overflow; its slope is −σ(−m).
      loss += (max(-margin, 0) + log1p(exp(-abs(margin)))) / Double(pairs)
      let slope = -1 / (1 + exp(margin)) / Double(pairs)
      slopes[pair] = slope
      slopes[pairs + pair] = -slope
    }
    return pass(loss: loss, slopes: slopes, outputs: outputs, of: batch, count: count)
  }

  /// Backwards, for any loss.
  ///
  /// At exactly 0 ReLU's slope is taken as 0, as torch does.
  /// - Parameters:
  ///   - slopes: the loss's derivative by what the last layer gave, [count, outputCount].
  ///   - outputs: of a forward pass over the batch.
  func pass(
    loss: Double, slopes: [Double], outputs: [[Double]], of batch: [Double], count: Int
  ) -> Pass {
    var slopes = slopes
    var gradients = [[Double]](repeating: [], count: layers.count)
    for index in layers.indices.reversed() {
      let inputs = index == 0 ? batch : outputs[index - 1].map { max($0, 0) }
      gradients[index] = layers[index].gradient(slopes, inputs, count: count)
      guard index > 0 else { break }
      slopes = layers[index].inputSlopes(slopes, count: count)
      for place in slopes.indices where outputs[index - 1][place] <= 0 { slopes[place] = 0 }
    }
    return Pass(loss: loss, gradients: gradients, outputs: outputs)
  }

  /// The same head for features as they are: the first layer takes the standardisation in.
  package func folding(_ statistics: FeatureStatistics) -> MLPNetwork {
    var network = self
    let first = layers[0]
    for output in 0..<first.outputs {
      let start = output * (first.inputs + 1)
      for input in 0..<first.inputs {
        let weight = first.values[start + input] / statistics.deviations[input]
        network.layers[0].values[start + input] = weight
        network.layers[0].values[start + first.inputs] -= weight * statistics.means[input]
      }
    }
    return network
  }

  /// As MLP heads are saved and `MLPHead` loads them: score.0, then ReLU, score.2 and so on.
  package var tensors: [(name: String, shape: [Int], values: [Float])] {
    layers.enumerated().flatMap { index, layer in
      let (weight, bias) = layer.apart
      return [
        (name: "score.\(2 * index).weight", shape: [layer.outputs, layer.inputs], values: weight),
        (name: "score.\(2 * index).bias", shape: [layer.outputs], values: bias),
      ]
    }
  }
}
