/// Rotary embedding angles (Su et al. 2021), as transformers computes them.
internal import Foundation

/// Cosines and sines for positions 0..<count, [position, headDim/2].
///
/// Frequencies and angles are rounded to float32 before the cosine, as in transformers: models were
/// trained and are compared with these values, and at position 1,500 the rounding is 6e-5 radians.
struct RotaryTable {
  let cosine: FloatBuffer
  let sine: FloatBuffer
  let half: Int

  init(positions count: Int, headDim: Int, base: Double) {
    half = headDim / 2
    cosine = FloatBuffer(count: count * half)
    sine = FloatBuffer(count: count * half)
    for i in 0..<half {
      let exponent = Float(2 * i) / Float(headDim)
      let frequency = 1 / Float(pow(Float(base), exponent))
      for position in 0..<count {
        let angle = Float(position) * frequency
        cosine.view.base[position * half + i] = Float(cos(Double(angle)))
        sine.view.base[position * half + i] = Float(sin(Double(angle)))
      }
    }
  }
}
