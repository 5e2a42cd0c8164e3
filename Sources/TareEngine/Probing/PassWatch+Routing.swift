/// Choices, probabilities and states of the routers of one layer of a pass.
internal import Foundation

extension PassWatch {
  /// `@unchecked Sendable`: see `PassWatch`.
  final class Routing: @unchecked Sendable {
    private(set) var trace: RoutingTrace
    private let tree: TokenTree
    private let uses: [Int]
    private let sequences: [PassProbe.Sequence]
    private let threshold: Float
    /// Rows that run through all experts.
    private let samples: [Int]
    private let experts: Int
    private let chosen: Int
    /// Of the current layer, [rowCount, experts].
    private let probabilities: FloatBuffer
    /// Of the current layer, [rowCount, 3]: norm, change, cosine.
    private let states: FloatBuffer
    private var hasStates = false
    /// The experts of the layer before, [rowCount, chosen].
    private var before: [Int] = []

    init?(_ spec: DecoderSpec, _ tree: TokenTree, _ uses: [Int], _ probe: PassProbe) {
      let layers = spec.layers.indices.filter {
        if case .mixture = spec.layers[$0].feedForward { true } else { false }
      }
      guard let first = layers.first, case .mixture(let mixture) = spec.layers[first].feedForward
      else { return nil }
      self.tree = tree
      self.uses = uses
      sequences = probe.sequences
      threshold = probe.settings.activeThreshold
      experts = mixture.experts
      chosen = mixture.chosen
      samples = Set(
        sequences.enumerated().flatMap { index, sequence in
          sequence.samples.map { tree.row(sequence: index, position: $0) }
        }
      ).sorted()
      probabilities = FloatBuffer(count: tree.rowCount * experts)
      states = FloatBuffer(count: tree.rowCount * 3)
      trace = RoutingTrace(
        layers: layers, experts: experts, chosen: chosen,
        texts: zip(sequences, tree.branchOfSequence).map { sequence, branch in
          let tokens = tree.branches[branch].end
          return RoutingTrace.Text(
            tokens: tokens, responseTokens: max(tokens - sequence.responseStart, 0), counts: [],
            probabilities: [], responseCounts: [])
        }, joint: [], recurrent: [], samples: [])
    }

    func keep(_ values: [Float], row: Int) {
      probabilities.view[from: row * experts].base.update(from: values, count: experts)
    }

    func keep(state: FloatView, before: [Float], row: Int) {
      hasStates = true
      var (norm, old, change, product) = (0.0, 0.0, 0.0, 0.0)
      for i in before.indices {
        let (new, last) = (Double(state.base[i]), Double(before[i]))
        norm += new * new
        old += last * last
        change += (new - last) * (new - last)
        product += new * last
      }
      let place = states.view[from: row * 3].base
      place[0] = Float(norm.squareRoot())
      place[1] = Float(change.squareRoot())
      place[2] = old > 0 && norm > 0 ? Float(product / (old * norm).squareRoot()) : 0
    }

    func endLayer(_ layer: Int, _ pass: ForwardPass) {
      guard case .mixture = pass.spec.layers[layer].feedForward, let state = pass.all.mixture
      else { return }
      let choices = Array(state.expert)
      for (index, sums) in sums(choices, pass.pool).enumerated() {
        trace.texts[index].counts.append(sums.counts)
        trace.texts[index].probabilities.append(sums.probabilities)
        trace.texts[index].responseCounts.append(sums.responseCounts)
      }
      if !before.isEmpty { trace.joint.append(joint(before, choices)) }
      before = choices
      if hasStates { trace.recurrent.append(recurrent()) }
      trace.samples.append(sampled(choices, pass, layer: layer))
    }

    /// What each sequence's rows come to.
    private func sums(_ choices: [Int], _ pool: WorkerPool) -> [LayerSums] {
      let found = PartResults(sequences.count, LayerSums(experts: 0))
      pool.run(parts: sequences.count) { part, _ in
        found[part] = self.sums(choices, sequence: part)
      }
      return found.array
    }

    private func sums(_ choices: [Int], sequence: Int) -> LayerSums {
      var sums = LayerSums(experts: experts)
      let start = sequences[sequence].responseStart
      var position = 0
      for rows in tree.rowStretches(of: tree.branches[tree.branchOfSequence[sequence]]) {
        for row in rows {
          for slot in 0..<chosen {
            let expert = choices[row * chosen + slot]
            sums.counts[expert] += 1
            if position >= start { sums.responseCounts[expert] += 1 }
          }
          let values = probabilities.view[from: row * experts].base
          for expert in 0..<experts { sums.probabilities[expert] += Double(values[expert]) }
          position += 1
        }
      }
      return sums
    }

    private func joint(_ first: [Int], _ second: [Int]) -> [Double] {
      var counts = [Double](repeating: 0, count: experts * experts)
      for row in 0..<tree.rowCount {
        for a in 0..<chosen {
          for b in 0..<chosen {
            counts[first[row * chosen + a] * experts + second[row * chosen + b]] += Double(
              uses[row])
          }
        }
      }
      return counts.map { $0 / Double(chosen * chosen) }
    }

    private func recurrent() -> RoutingTrace.Recurrent {
      var sums = RoutingTrace.Recurrent()
      for row in 0..<tree.rowCount {
        let times = Double(uses[row])
        sums.norm += times * Double(states.view.base[row * 3])
        sums.change += times * Double(states.view.base[row * 3 + 1])
        sums.cosine += times * Double(states.view.base[row * 3 + 2])
        sums.tokens += uses[row]
      }
      return sums
    }

    private func sampled(
      _ choices: [Int], _ pass: ForwardPass, layer: Int
    ) -> [RoutingTrace.Sample] {
      guard !samples.isEmpty else { return [] }
      let outputs = pass.outputsOfAllExperts(samples, layer: layer, threshold: threshold)
      return samples.enumerated().map { index, row in
        let mine = choices[(row * chosen)..<((row + 1) * chosen)]
        return RoutingTrace.Sample(
          scores: probabilities.view[(row * experts)..<((row + 1) * experts)].array,
          norms: outputs.map { $0.norms[index] },
          similarity: outputs.isEmpty ? 0 : Self.meanCosine(outputs.map { $0.directions[index] }),
          active: mine.reduce(0) { $0 + outputs[$1].active[index] } / Double(chosen))
      }
    }

    /// Mean over pairs of the cosine of unit vectors: (|Σu|² − Σ|u|²) / n(n − 1).
    private static func meanCosine(_ units: [[Float]]) -> Double {
      guard let width = units.first?.count, units.count > 1 else { return 1 }
      var total = [Double](repeating: 0, count: width)
      var own = 0.0
      for unit in units {
        for i in 0..<width {
          total[i] += Double(unit[i])
          own += Double(unit[i]) * Double(unit[i])
        }
      }
      let count = Double(units.count)
      return (total.reduce(0) { $0 + $1 * $1 } - own) / (count * (count - 1))
    }

    private struct LayerSums {
      var counts: [Double]
      var probabilities: [Double]
      var responseCounts: [Double]

      init(experts: Int) {
        counts = Array(repeating: 0, count: experts)
        probabilities = counts
        responseCounts = counts
      }
    }
  }
}
