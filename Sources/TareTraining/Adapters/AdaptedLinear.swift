/// A frozen linear layer with a low-rank change that can be fitted.
internal import TareEngine

/// y = W·x + b + scale · B·(A·x) in float32: LoRA (arXiv 2106.09685). W and b are frozen.
package struct AdaptedLinear: Sendable {
  package let inputs: Int
  package let outputs: Int
  /// [outputs, inputs]
  private let weight: FloatBuffer
  /// [outputs]; nil for none.
  private let bias: FloatBuffer?
  /// nil for a layer that stays as it is.
  package var change: LowRank?

  /// A [rank, inputs] and B [outputs, rank].
  package struct LowRank: Sendable {
    package let rank: Int
    /// What B·A is multiplied by: alpha / rank.
    package let scale: Float
    package var a: [Float]
    package var b: [Float]

    package init(rank: Int, scale: Float, a: [Float], b: [Float]) {
      self.rank = rank
      self.scale = scale
      self.a = a
      self.b = b
    }
  }

  /// The loss's derivatives by A and B, shaped like them.
  package struct Gradient: Sendable {
    package internal(set) var a: [Float]
    package internal(set) var b: [Float]
  }

  /// What the backward pass needs of the forward one.
  struct Pass: Sendable {
    /// [rows, inputs]
    let input: FloatBuffer
    /// A·x, [rows, rank]; nil without a change.
    let inner: FloatBuffer?
    /// [rows, outputs]
    let output: FloatBuffer
  }

  package init(
    inputs: Int, outputs: Int, weight: [Float], bias: [Float]? = nil, change: LowRank? = nil
  ) {
    precondition(weight.count == inputs * outputs && (bias?.count ?? outputs) == outputs)
    self.inputs = inputs
    self.outputs = outputs
    self.weight = FloatBuffer(weight)
    self.bias = bias.map { FloatBuffer($0) }
    self.change = change
  }

  /// - Parameter input: [rows, inputs]
  func forward(_ input: FloatBuffer, rows: Int) -> Pass {
    let output = FloatBuffer(count: rows * outputs)
    let target = output.matrix(rows, outputs)
    if let bias {
      for row in 0..<rows {
        output.view[from: row * outputs].base.update(from: bias.view.base, count: outputs)
      }
    }
    let source = input.matrix(rows, inputs)
    target.multiply(
      source, weight.matrix(outputs, inputs).transposed, adds: bias != nil)
    guard let change else { return Pass(input: input, inner: nil, output: output) }
    let inner = FloatBuffer(count: rows * change.rank)
    inner.matrix(rows, change.rank).multiply(
      source, FloatBuffer(change.a).matrix(change.rank, inputs).transposed)
    target.multiply(
      inner.matrix(rows, change.rank),
      FloatBuffer(change.b).matrix(outputs, change.rank).transposed,
      scale: change.scale, adds: true)
    return Pass(input: input, inner: inner, output: output)
  }

  /// Adds to `inputSlopes`; the gradient is nil without a change.
  ///
  /// - Parameters:
  ///   - slopes: the loss's derivative by the output, [rows, outputs].
  ///   - inputSlopes: that by the input, [rows, inputs]; nil where nobody needs it.
  func backward(
    _ slopes: FloatBuffer, _ pass: Pass, rows: Int, addingTo inputSlopes: FloatBuffer?
  ) -> Gradient? {
    let above = slopes.matrix(rows, outputs)
    inputSlopes?.matrix(rows, inputs).multiply(above, weight.matrix(outputs, inputs), adds: true)
    guard let change, let inner = pass.inner else { return nil }
    // scale · slopes · B, [rows, rank]
    let innerSlopes = FloatBuffer(count: rows * change.rank)
    let between = innerSlopes.matrix(rows, change.rank)
    between.multiply(above, FloatBuffer(change.b).matrix(outputs, change.rank), scale: change.scale)
    inputSlopes?.matrix(rows, inputs).multiply(
      between, FloatBuffer(change.a).matrix(change.rank, inputs), adds: true)
    let a = FloatBuffer(count: change.rank * inputs)
    a.matrix(change.rank, inputs).multiply(
      between.transposed, pass.input.matrix(rows, inputs))
    let b = FloatBuffer(count: outputs * change.rank)
    b.matrix(outputs, change.rank).multiply(
      above.transposed, inner.matrix(rows, change.rank), scale: change.scale)
    return Gradient(a: a.numbers, b: b.numbers)
  }

  /// The mean magnitudes over rows of what A and scale · B gave, [rank] and [outputs]; empty without a
  /// change.
  func magnitudes(_ pass: Pass, rows: Int) -> (a: [Double], b: [Double]) {
    guard let change, let inner = pass.inner else { return ([], []) }
    let changes = FloatBuffer(count: rows * outputs)
    changes.matrix(rows, outputs).multiply(
      inner.matrix(rows, change.rank),
      FloatBuffer(change.b).matrix(outputs, change.rank).transposed, scale: change.scale)
    func means(_ values: FloatBuffer, _ width: Int) -> [Double] {
      var means = [Double](repeating: 0, count: width)
      for row in 0..<rows {
        let own = values.view[from: row * width].base
        for i in 0..<width { means[i] += Double(abs(own[i])) / Double(rows) }
      }
      return means
    }
    return (means(inner, change.rank), means(changes, outputs))
  }
}
