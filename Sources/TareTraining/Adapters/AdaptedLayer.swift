/// One decoder layer of Llama's kind that can be fitted by low-rank changes.
internal import Foundation
internal import TareEngine

/// x + o(attention(norm(x))), then that + down(act(gate n) · up n) with n its norm: the layer of Llama,
/// Mistral, Qwen2. Float32; everything but the low-rank changes is frozen.
package struct AdaptedLayer: Sendable {
  package let attention: CausalAttention
  package let attentionNorm: RMSNorm
  package let feedForwardNorm: RMSNorm
  /// By place.
  package var linears: [AdaptedLinear]

  /// The layer's linear layers, in the order of `linears`.
  package enum Place: Int, CaseIterable, Sendable {
    case query, key, value, output, gate, up, down
  }

  package init(
    attention: CausalAttention, attentionNorm: RMSNorm, feedForwardNorm: RMSNorm,
    linears: [AdaptedLinear]
  ) {
    precondition(linears.count == Place.allCases.count)
    self.attention = attention
    self.attentionNorm = attentionNorm
    self.feedForwardNorm = feedForwardNorm
    self.linears = linears
  }

  private subscript(place: Place) -> AdaptedLinear { linears[place.rawValue] }

  /// What the backward pass needs of the forward one.
  struct Pass: Sendable {
    let rows: Int
    let input: FloatBuffer
    /// The residual stream after attention, [rows, width].
    let middle: FloatBuffer
    /// Turned.
    let queries: FloatBuffer
    let keys: FloatBuffer
    let attended: CausalAttention.Pass
    /// By place.
    let linears: [AdaptedLinear.Pass]
    /// [rows, width]
    let output: FloatBuffer

    fileprivate subscript(place: Place) -> AdaptedLinear.Pass { linears[place.rawValue] }
  }

  /// The low-rank changes' derivatives by place, nil for layers without.
  package typealias Gradients = [AdaptedLinear.Gradient?]

  /// - Parameter input: of one sequence, [rows, width].
  func forward(_ input: FloatBuffer, rows: Int, _ rotary: RotaryTable) -> Pass {
    let normed = attentionNorm.forward(input, rows: rows)
    let query = self[.query].forward(normed, rows: rows)
    let key = self[.key].forward(normed, rows: rows)
    let value = self[.value].forward(normed, rows: rows)
    let queries = attention.turned(query.output, rows: rows, heads: attention.heads, by: rotary)
    let keys = attention.turned(key.output, rows: rows, heads: attention.groups, by: rotary)
    let attended = attention.forward(queries, keys, value.output, rows: rows)
    let output = self[.output].forward(attended.output, rows: rows)
    let middle = Self.sum(input, output.output)
    let second = feedForwardNorm.forward(middle, rows: rows)
    let gate = self[.gate].forward(second, rows: rows)
    let up = self[.up].forward(second, rows: rows)
    let inner = FloatBuffer(count: gate.output.view.count)
    for i in 0..<inner.view.count {
      let x = gate.output.view.base[i]
      inner.view.base[i] = x / (1 + exp(-x)) * up.output.view.base[i]
    }
    let down = self[.down].forward(inner, rows: rows)
    return Pass(
      rows: rows, input: input, middle: middle, queries: queries, keys: keys, attended: attended,
      linears: [query, key, value, output, gate, up, down], output: Self.sum(middle, down.output))
  }

  private static func sum(_ a: FloatBuffer, _ b: FloatBuffer) -> FloatBuffer {
    let sum = FloatBuffer(count: a.view.count)
    for i in 0..<sum.view.count { sum.view.base[i] = a.view.base[i] + b.view.base[i] }
    return sum
  }

  /// - Parameter slopes: the loss's derivative by the output, [rows, width]; becomes that by the input.
  /// - Returns: the derivatives by the low-rank changes.
  func backward(_ slopes: FloatBuffer, _ pass: Pass, _ rotary: RotaryTable) -> Gradients {
    let rows = pass.rows
    var gradients = Gradients(repeating: nil, count: linears.count)
    func back(
      _ place: Place, _ slopes: FloatBuffer, addingTo inputs: FloatBuffer
    ) {
      gradients[place.rawValue] = self[place].backward(
        slopes, pass[place], rows: rows, addingTo: inputs)
    }
    // Feed-forward block: its input's derivative is added to that of the stream.
    let inner = FloatBuffer(count: pass[.down].input.view.count)
    back(.down, slopes, addingTo: inner)
    let (gateSlopes, upSlopes) = unitSlopes(inner, pass)
    let second = FloatBuffer(count: slopes.view.count)
    back(.gate, gateSlopes, addingTo: second)
    back(.up, upSlopes, addingTo: second)
    feedForwardNorm.backward(second, input: pass.middle, rows: rows, addingTo: slopes)
    // Attention.
    let attended = FloatBuffer(count: pass.attended.output.view.count)
    back(.output, slopes, addingTo: attended)
    let by = attention.backward(
      attended, pass.attended, pass.queries, pass.keys, pass[.value].output, rows: rows)
    let queries = attention.turned(
      by.queries, rows: rows, heads: attention.heads, by: rotary, isBack: true)
    let keys = attention.turned(
      by.keys, rows: rows, heads: attention.groups, by: rotary, isBack: true)
    let normed = FloatBuffer(count: slopes.view.count)
    back(.query, queries, addingTo: normed)
    back(.key, keys, addingTo: normed)
    back(.value, by.values, addingTo: normed)
    attentionNorm.backward(normed, input: pass.input, rows: rows, addingTo: slopes)
    return gradients
  }

  /// Through silu(gate) · up: the derivatives by gate and up.
  private func unitSlopes(
    _ slopes: FloatBuffer, _ pass: Pass
  ) -> (gate: FloatBuffer, up: FloatBuffer) {
    let gates = FloatBuffer(count: slopes.view.count)
    let ups = FloatBuffer(count: slopes.view.count)
    let (gate, up) = (pass[.gate].output.view.base, pass[.up].output.view.base)
    for i in 0..<slopes.view.count {
      let sigmoid = 1 / (1 + exp(-gate[i]))
      let above = slopes.view.base[i]
      ups.view.base[i] = above * gate[i] * sigmoid
      gates.view.base[i] = above * up[i] * sigmoid * (1 + gate[i] * (1 - sigmoid))
    }
    return (gates, ups)
  }
}
