/// A linear layer that can be fitted.
internal import COpenBLAS
package import TareCore
internal import TareEngine

/// y = W·x + b in double precision. The products are OpenBLAS's, on one thread: the order of
/// summation is fixed then, and the same numbers come out every time.
package struct DenseLayer: Sendable, Hashable {
  package let inputs: Int
  package let outputs: Int
  /// Each output's weights and, last, its bias, [outputs, inputs + 1].
  package var values: [Double]

  /// Weights and biases drawn evenly from ±1/√inputs, as torch.nn.Linear draws them.
  package init(inputs: Int, outputs: Int, random: inout Xoshiro256) {
    let bound = 1 / Double(inputs).squareRoot()
    self.init(
      inputs: inputs, outputs: outputs,
      values: (0..<(outputs * (inputs + 1))).map { _ in bound * (2 * random.nextUnit() - 1) })
  }

  package init(inputs: Int, outputs: Int, values: [Double]) {
    precondition(values.count == outputs * (inputs + 1))
    self.inputs = inputs
    self.outputs = outputs
    self.values = values
  }

  /// - Parameter rows: [count, inputs]
  /// - Returns: [count, outputs]
  func forward(_ rows: [Double], count: Int) -> [Double] {
    precondition(rows.count == count * inputs)
    let biases = (0..<outputs).map { values[$0 * (inputs + 1) + inputs] }
    var results: [Double] = []
    results.reserveCapacity(count * outputs)
    for _ in 0..<count { results += biases }
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(outputs), Int32(inputs), 1,
      rows, Int32(inputs), values, Int32(inputs + 1), 1, &results, Int32(outputs))
    return results
  }

  /// The loss's derivative by `values`, shaped like them.
  ///
  /// - Parameters:
  ///   - slopes: the derivative by the layer's outputs, [count, outputs].
  ///   - rows: the layer's inputs, [count, inputs].
  func gradient(_ slopes: [Double], _ rows: [Double], count: Int) -> [Double] {
    precondition(slopes.count == count * outputs && rows.count == count * inputs)
    var gradient = [Double](repeating: 0, count: values.count)
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(outputs), Int32(inputs), Int32(count), 1,
      slopes, Int32(outputs), rows, Int32(inputs), 0, &gradient, Int32(inputs + 1))
    for row in 0..<count {
      for output in 0..<outputs {
        gradient[output * (inputs + 1) + inputs] += slopes[row * outputs + output]
      }
    }
    return gradient
  }

  /// The loss's derivative by the layer's inputs, [count, inputs].
  func inputSlopes(_ slopes: [Double], count: Int) -> [Double] {
    var results = [Double](repeating: 0, count: count * inputs)
    OpenBLAS.functions.dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(count), Int32(inputs), Int32(outputs), 1,
      slopes, Int32(outputs), values, Int32(inputs + 1), 0, &results, Int32(inputs))
    return results
  }

  /// Weights and biases apart, as a file has them, [outputs, inputs] and [outputs].
  var apart: (weight: [Float], bias: [Float]) {
    var weight: [Float] = []
    var bias: [Float] = []
    for output in 0..<outputs {
      let start = output * (inputs + 1)
      weight += values[start..<(start + inputs)].map { Float($0) }
      bias.append(Float(values[start + inputs]))
    }
    return (weight, bias)
  }
}
