/// The top layers of a decoder that are fitted by low-rank changes, and the norm above them.
internal import Foundation
package import TareEngine

package struct AdaptedStack: Sendable {
  package var layers: [AdaptedLayer]
  package let finalNorm: RMSNorm
  private let rotary: RotaryTable

  /// - Parameter rotary: of at least as many positions as any sequence has.
  package init(layers: [AdaptedLayer], finalNorm: RMSNorm, rotary: RotaryTable) {
    self.layers = layers
    self.finalNorm = finalNorm
    self.rotary = rotary
  }

  package var width: Int { finalNorm.width }

  /// What the backward pass needs of the forward one.
  package struct Pass: Sendable {
    let layers: [AdaptedLayer.Pass]
    /// The row that is read.
    let row: Int
    /// After the final norm, [width].
    package let feature: [Float]
  }

  /// The mean magnitudes over rows of what A and B of a linear layer gave, [rank] and [outputs].
  func magnitudes(_ pass: Pass, layer: Int, place: Int) -> (a: [Double], b: [Double]) {
    layers[layer].linears[place].magnitudes(
      pass.layers[layer].linears[place], rows: pass.layers[layer].rows)
  }

  /// - Parameters:
  ///   - states: the residual stream below the layers, of one sequence, [rows, width].
  ///   - row: which is read.
  package func forward(_ states: [Float], reading row: Int) -> Pass {
    let rows = states.count / width
    precondition(rows * width == states.count && (0..<rows).contains(row))
    var stream = FloatBuffer(states)
    var passes: [AdaptedLayer.Pass] = []
    for layer in layers {
      let pass = layer.forward(stream, rows: rows, rotary)
      stream = pass.output
      passes.append(pass)
    }
    let read = FloatBuffer(stream.view[(row * width)..<((row + 1) * width)].array)
    return Pass(
      layers: passes, row: row, feature: finalNorm.forward(read, rows: 1).numbers)
  }

  /// The derivatives by the low-rank changes, [layer][place].
  ///
  /// - Parameter slopes: the loss's derivative by the feature, [width].
  package func backward(_ slopes: [Float], _ pass: Pass) -> [AdaptedLayer.Gradients] {
    var gradients = [AdaptedLayer.Gradients](repeating: [], count: layers.count)
    guard let top = pass.layers.last else { return gradients }
    let stream = FloatBuffer(count: top.output.view.count)
    let start = pass.row * width
    let read = FloatBuffer(top.output.view[start..<(start + width)].array)
    let below = FloatBuffer(count: width)
    finalNorm.backward(FloatBuffer(slopes), input: read, rows: 1, addingTo: below)
    stream.view[from: start].base.update(from: below.view.base, count: width)
    for index in layers.indices.reversed() {
      gradients[index] = layers[index].backward(stream, pass.layers[index], rotary)
    }
    return gradients
  }
}
