/// Rotary embedding angles of a batch.
internal import Foundation

/// Cosines and sines for positions 0..<count, [position, dim/2].
///
/// Frequencies and angles are rounded to float32 before the cosine, as in transformers: models were
/// trained and are compared with these values, and at position 1,500 the rounding is 6e-5 radians.
package struct RotaryTable: Sendable {
  package let cosine: FloatBuffer
  package let sine: FloatBuffer
  package let half: Int

  package init(_ spec: RotarySpec, positions count: Int, length: Int) {
    half = spec.dim / 2
    cosine = FloatBuffer(count: count * half)
    sine = FloatBuffer(count: count * half)
    let factor = spec.attentionFactor(length: length)
    for (i, frequency) in spec.frequencies(length: length).enumerated() {
      for position in 0..<count {
        let angle = Float(position) * frequency
        cosine.view.base[position * half + i] = Float(cos(Double(angle))) * factor
        sine.view.base[position * half + i] = Float(sin(Double(angle))) * factor
      }
    }
  }
}

/// The tables that a batch needs: frequencies may depend on a text's length.
struct RotaryTables {
  private var tables: [RotaryTable] = []
  /// Index into `tables` for each rotary embedding and each branch.
  private var places: [[Int]] = []

  init(_ specs: [RotarySpec], _ tree: TokenTree) {
    for (index, spec) in specs.enumerated() {
      let variants = tree.branches.map { $0.variants[index] }
      var place: [Int: Int] = [:]
      for variant in Set(variants).sorted() {
        let lengths = zip(variants, tree.branches).filter { $0.0 == variant }.map { $0.1.end }
        let longest = lengths.max() ?? 0
        place[variant] = tables.count
        tables.append(RotaryTable(spec, positions: longest, length: longest))
      }
      places.append(variants.map { place[$0] ?? 0 })
    }
  }

  subscript(rotary: Int, branch branch: Int) -> RotaryTable { tables[places[rotary][branch]] }
}
