/// The norm of a decoder's rows, forwards and backwards.
internal import TareEngine

/// y = x / √(mean(x²) + ε) · weight, in float32; sums in float64.
package struct RMSNorm: Sendable {
  package let width: Int
  private let weight: FloatBuffer
  private let epsilon: Float

  /// - Parameter weight: with what the family adds to it, [width].
  package init(weight: [Float], epsilon: Float) {
    width = weight.count
    self.weight = FloatBuffer(weight)
    self.epsilon = epsilon
  }

  /// 1 / √(mean(x²) + ε)
  private func factor(_ row: UnsafeMutablePointer<Float>) -> Float {
    var squares = 0.0
    for i in 0..<width { squares += Double(row[i]) * Double(row[i]) }
    return Float(1 / (squares / Double(width) + Double(epsilon)).squareRoot())
  }

  func forward(_ input: FloatBuffer, rows: Int) -> FloatBuffer {
    let output = FloatBuffer(count: rows * width)
    for row in 0..<rows {
      let (source, target) = (
        input.view[from: row * width].base, output.view[from: row * width].base
      )
      let factor = factor(source)
      for i in 0..<width { target[i] = source[i] * factor * weight.view.base[i] }
    }
    return output
  }

  /// Adds the loss's derivative by the input, of that by the output, both [rows, width].
  func backward(
    _ slopes: FloatBuffer, input: FloatBuffer, rows: Int, addingTo inputSlopes: FloatBuffer
  ) {
    for row in 0..<rows {
      let start = row * width
      let (source, above) = (input.view[from: start].base, slopes.view[from: start].base)
      let target = inputSlopes.view[from: start].base
      let factor = factor(source)
      var along = 0.0
      for i in 0..<width {
        along += Double(above[i] * weight.view.base[i]) * Double(source[i])
      }
      // x · factor³ · (slopes · weight · x) / width is what the row's length gives back.
      let back = Float(along / Double(width)) * factor * factor * factor
      for i in 0..<width {
        target[i] += above[i] * weight.view.base[i] * factor - source[i] * back
      }
    }
  }
}
