/// Attention of one sequence, forwards and backwards.
internal import Foundation
internal import TareEngine

/// Rotary embedding, causal softmax attention with groups of query heads, in float32.
package struct CausalAttention: Sendable {
  package let heads: Int
  /// Each serves heads / groups query heads.
  package let groups: Int
  package let headDim: Int
  package let scale: Float

  package init(heads: Int, groups: Int, headDim: Int, scale: Float) {
    precondition(groups > 0 && heads % groups == 0 && headDim % 2 == 0)
    self.heads = heads
    self.groups = groups
    self.headDim = headDim
    self.scale = scale
  }

  var queryWidth: Int { heads * headDim }
  var keyWidth: Int { groups * headDim }

  /// The heads of each row turned by its position; backwards for derivatives, as a turn's transpose is the
  /// turn back.
  ///
  /// - Parameters:
  ///   - values: [rows, heads · headDim], of positions from 0 on.
  ///   - table: of at least so many positions, whose pairs stand half a rotary size apart.
  func turned(
    _ values: FloatBuffer, rows: Int, heads: Int, by table: RotaryTable, isBack: Bool = false
  ) -> FloatBuffer {
    let result = FloatBuffer(values.numbers)
    let half = table.half
    let sign: Float = isBack ? -1 : 1
    for row in 0..<rows {
      let cosine = table.cosine.view[from: row * half].base
      let sine = table.sine.view[from: row * half].base
      for head in 0..<heads {
        let pair = result.view[from: (row * heads + head) * headDim].base
        for i in 0..<half {
          let (x, y) = (pair[i], pair[half + i])
          pair[i] = x * cosine[i] - sign * y * sine[i]
          pair[half + i] = y * cosine[i] + sign * x * sine[i]
        }
      }
    }
    return result
  }

  /// What the backward pass needs of the forward one.
  struct Pass: Sendable {
    /// Attention's shares, [head][row, row]; 0 behind the diagonal.
    let shares: [FloatBuffer]
    /// [rows, heads · headDim]
    let output: FloatBuffer
  }

  private func head(_ values: FloatBuffer, _ head: Int, of heads: Int, rows: Int) -> MatrixPart {
    values.matrix(rows, heads * headDim)[columns: (head * headDim)..<((head + 1) * headDim)]
  }

  /// - Parameters:
  ///   - queries: turned, [rows, heads · headDim].
  ///   - keys: turned, [rows, groups · headDim]; `values` are not.
  func forward(
    _ queries: FloatBuffer, _ keys: FloatBuffer, _ values: FloatBuffer, rows: Int
  ) -> Pass {
    let output = FloatBuffer(count: rows * queryWidth)
    let shares = (0..<heads).map { index in
      let group = index / (heads / groups)
      let shares = FloatBuffer(count: rows * rows)
      shares.matrix(rows, rows).multiply(
        head(queries, index, of: heads, rows: rows),
        head(keys, group, of: groups, rows: rows).transposed, scale: scale)
      for row in 0..<rows { Self.softmax(shares.view[from: row * rows].base, row + 1, of: rows) }
      head(output, index, of: heads, rows: rows).multiply(
        shares.matrix(rows, rows), head(values, group, of: groups, rows: rows))
      return shares
    }
    return Pass(shares: shares, output: output)
  }

  /// The softmax of the first numbers; those behind them become 0.
  private static func softmax(_ row: UnsafeMutablePointer<Float>, _ seen: Int, of count: Int) {
    var largest = row[0]
    for i in 1..<max(seen, 1) { largest = max(largest, row[i]) }
    var sum: Float = 0
    for i in 0..<seen {
      row[i] = exp(row[i] - largest)
      sum += row[i]
    }
    for i in 0..<seen { row[i] /= sum }
    for i in seen..<count { row[i] = 0 }
  }

  /// The loss's derivatives by queries, keys (turned) and values.
  ///
  /// - Parameter slopes: that by the output, [rows, heads · headDim].
  func backward(
    _ slopes: FloatBuffer, _ pass: Pass, _ queries: FloatBuffer, _ keys: FloatBuffer,
    _ values: FloatBuffer, rows: Int
  ) -> (queries: FloatBuffer, keys: FloatBuffer, values: FloatBuffer) {
    let ofQueries = FloatBuffer(count: rows * queryWidth)
    let ofKeys = FloatBuffer(count: rows * keyWidth)
    let ofValues = FloatBuffer(count: rows * keyWidth)
    let between = FloatBuffer(count: rows * rows)
    let square = between.matrix(rows, rows)
    for index in 0..<heads {
      let group = index / (heads / groups)
      let shares = pass.shares[index]
      let above = head(slopes, index, of: heads, rows: rows)
      head(ofValues, group, of: groups, rows: rows).multiply(
        shares.matrix(rows, rows).transposed, above, adds: true)
      square.multiply(above, head(values, group, of: groups, rows: rows).transposed)
      // Softmax: share · (slope − the mean slope by shares).
      for row in 0..<rows {
        let (share, slope) = (
          shares.view[from: row * rows].base, between.view[from: row * rows].base
        )
        var mean: Float = 0
        for i in 0...row { mean += share[i] * slope[i] }
        for i in 0...row { slope[i] = share[i] * (slope[i] - mean) }
        for i in (row + 1)..<max(rows, row + 1) { slope[i] = 0 }
      }
      head(ofQueries, index, of: heads, rows: rows).multiply(
        square, head(keys, group, of: groups, rows: rows), scale: scale)
      head(ofKeys, group, of: groups, rows: rows).multiply(
        square.transposed, head(queries, index, of: heads, rows: rows), scale: scale,
        adds: true)
    }
    return (ofQueries, ofKeys, ofValues)
  }
}
