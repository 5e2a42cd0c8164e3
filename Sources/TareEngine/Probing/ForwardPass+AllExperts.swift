/// Some rows through every expert of a layer, chosen or not.
internal import CKernels

/// What one expert makes of some rows.
struct ExpertOutput: Sendable {
  /// [rows]
  var norms: [Float] = []
  /// Outputs over their norms, [rows, hiddenSize]; zeros of a zero.
  var directions: [[Float]] = []
  /// Share of neurons with |act(w1 x)| above the threshold, [rows].
  var active: [Double] = []
}

extension ForwardPass {
  /// Runs rows of the current layer through every expert, [experts].
  func outputsOfAllExperts(_ rows: [Int], layer: Int, threshold: Float) -> [ExpertOutput] {
    guard let state = all.mixture,
      case .mixture(let weights) = self.weights.layers[layer].feedForward
    else { return [] }
    let found = PartResults(weights.experts.count, ExpertOutput())
    pool.run(parts: weights.experts.count) { part, worker in
      for start in stride(from: 0, to: rows.count, by: RowBlocks.largest) {
        let some = rows[start..<min(start + RowBlocks.largest, rows.count)]
        self.run(
          weights.experts[part], some, state, threshold, self.scratch[worker],
          into: &found[part])
      }
    }
    return found.array
  }

  private func run(
    _ expert: BlockWeights, _ rows: ArraySlice<Int>, _ state: MixtureState, _ threshold: Float,
    _ scratch: BlockScratch, into found: inout ExpertOutput
  ) {
    let width = spec.hiddenSize
    let gathered = scratch.normed.view
    for (index, row) in rows.enumerated() {
      gathered[from: index * width].base.update(
        from: state.input.view[from: row * width].base, count: width)
    }
    found.active += activeShares(gathered, expert, threshold, scratch, rows: rows.count)
    multiply(
      inner(gathered, expert, scratch, rows: rows.count), expert.down, scratch,
      into: scratch.output.view)
    for index in rows.indices.map({ $0 - rows.startIndex }) {
      let output = scratch.output.view[(index * width)..<((index + 1) * width)].array
      let norm = output.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      found.norms.append(Float(norm))
      found.directions.append(output.map { norm > 0 ? Float(Double($0) / norm) : 0 })
    }
  }

  /// What gates let through, in place.
  private func activateGates(_ gates: FloatView, count: Int) {
    guard let clamped = spec.clampedGate else {
      return kernels.activate(gates.base, count, spec.activation.kernel)
    }
    for i in 0..<count {
      var value = min(gates.base[i], clamped.limit)
      var turned = clamped.alpha * value
      kernels.sigmoidGate(&value, &turned, 1)
      gates.base[i] = value
    }
  }

  private func activeShares(
    _ input: FloatView, _ expert: BlockWeights, _ threshold: Float, _ scratch: BlockScratch,
    rows: Int
  ) -> [Double] {
    let source = scratch.operand.load(
      input, rows: rows, columns: spec.hiddenSize, expert.input.matrix.precision)
    var active = [Int](repeating: 0, count: rows)
    // A panel of gates, then one of ups (`LinearRows.areInterleaved`).
    let panel = Int(TARE_PANEL)
    for start in stride(from: 0, to: expert.size, by: panel) {
      let count = min(panel, expert.size - start)
      let gates = scratch.inner.view
      multiply(
        source, expert.input, scratch, outputs: (2 * start)..<(2 * start + count), into: gates)
      activateGates(gates, count: rows * count)
      for row in 0..<rows {
        for i in 0..<count where abs(gates.base[row * count + i]) > threshold { active[row] += 1 }
      }
    }
    return active.map { Double($0) / Double(expert.size) }
  }
}
