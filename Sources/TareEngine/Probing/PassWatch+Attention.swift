/// Sinks, entropies, activations and gates of one layer of a pass.
internal import CKernels
internal import Synchronization

extension PassWatch {
  /// `@unchecked Sendable`: see `PassWatch`.
  final class Attention: @unchecked Sendable {
    private(set) var trace: AttentionTrace
    private let heads: Int
    private let rowCount: Int
    private let tree: TokenTree
    private let uses: [Int]
    /// Rows whose position counts for sinks and entropies.
    private let late: [Int]
    /// Of the current layer, [heads, rowCount].
    private let sinks: FloatBuffer
    private let entropies: FloatBuffer
    /// The mean gate of each head, [rowCount, heads].
    private let headGates: FloatBuffer
    /// Sums of blocks, by their first row: added in the order of the rows.
    private let blockGates = Mutex<[Int: AttentionTrace.Gates]>([:])

    init(_ spec: DecoderSpec, _ tree: TokenTree, _ uses: [Int]) {
      self.tree = tree
      self.uses = uses
      heads = spec.headCount
      rowCount = tree.rowCount
      late = (0..<tree.rowCount).filter { tree.positions[$0] >= AttentionTrace.firstPosition }
      sinks = FloatBuffer(count: heads * rowCount)
      entropies = FloatBuffer(count: heads * rowCount)
      headGates = FloatBuffer(count: spec.gateWidth > 0 ? heads * rowCount : 0)
      let zeros = [Double](repeating: 0, count: heads)
      trace = AttentionTrace(
        tokens: uses.reduce(0, +), late: late.reduce(0) { $0 + uses[$1] },
        layers: spec.layers.map { _ in
          AttentionTrace.Layer(
            sink: zeros, entropy: zeros,
            gates: spec.gateWidth > 0
              ? AttentionTrace.Gates(width: spec.gateWidth, heads: spec.headCount) : nil)
        })
    }

    /// Where the kernel writes of a tile that begins at `row`.
    func places(head: Int, row: Int) -> (sink: FloatView, entropy: FloatView) {
      let start = head * rowCount + row
      return (sinks.view[from: start], entropies.view[from: start])
    }

    /// Takes the sums of a block's gates.
    func gates(_ block: Range<Int>, of rows: RowSet, _ pass: ForwardPass) {
      let width = pass.spec.gateWidth
      guard width > 0 else { return }
      let perHead = width / heads
      var sums = AttentionTrace.Gates(width: width, heads: heads)
      let values = FloatBuffer(count: width)
      for row in block {
        for i in 0..<width { values.view.base[i] = 1 }
        pass.kernels.sigmoidGate(values.view.base, rows.gates.view[from: row * width].base, width)
        sums.add(values.view[0..<width], times: Double(uses[row]), perHead: perHead)
        for head in 0..<heads {
          var total: Float = 0
          for i in 0..<perHead { total += values.view.base[head * perHead + i] }
          headGates.view.base[row * heads + head] = total / Float(perHead)
        }
      }
      blockGates.withLock { $0[block.lowerBound] = sums }
    }

    func beginLayer(_ layer: Int, _ pass: ForwardPass) {
      trace.layers[layer].activation = activation(pass)
    }

    func endLayer(_ layer: Int) {
      for head in 0..<heads {
        var (sink, entropy, gate, gated) = (0.0, 0.0, 0.0, 0.0)
        for row in late {
          let (times, mass) = (Double(uses[row]), Double(sinks.view.base[head * rowCount + row]))
          sink += times * mass
          entropy += times * Double(entropies.view.base[head * rowCount + row])
          guard headGates.view.count > 0 else { continue }
          let mean = Double(headGates.view.base[row * heads + head])
          gate += times * mean
          gated += times * mean * mass
        }
        trace.layers[layer].sink[head] = sink
        trace.layers[layer].entropy[head] = entropy
        trace.layers[layer].gates?.late[head] = gate
        trace.layers[layer].gates?.sink[head] = gated
      }
      let blocks = blockGates.withLock { sums in
        defer { sums = [:] }
        return sums.sorted { $0.key < $1.key }.map(\.value)
      }
      for sums in blocks { trace.layers[layer].gates? += sums }
    }

    private func activation(_ pass: ForwardPass) -> AttentionTrace.Activation {
      let width = pass.spec.hiddenSize
      let found = PartResults(rowCount, AttentionTrace.Activation())
      pass.pool.run(parts: rowCount) { part, _ in
        var activation = AttentionTrace.Activation()
        let values = pass.all.stream.view[(part * width)..<((part + 1) * width)]
        for i in 0..<width {
          let value = values.base[i]
          activation.squares += Double(value * value)
          if abs(value) > activation.largest {
            (activation.largest, activation.channel) = (abs(value), i)
          }
        }
        activation.position = self.tree.positions[part]
        activation.squares *= Double(self.uses[part])
        activation.count = width * self.uses[part]
        found[part] = activation
      }
      return found.array.reduce(into: AttentionTrace.Activation()) { $0 += $1 }
    }
  }
}

extension AttentionTrace.Gates {
  /// Adds one row's gates, [heads · perHead].
  fileprivate mutating func add(_ values: FloatView, times: Double, perHead: Int) {
    let bins = Float(Self.bins)
    for head in 0..<below.count {
      var low = 0
      for i in (head * perHead)..<((head + 1) * perHead) {
        let gate = values.base[i]
        histogram[min(Int(gate * bins), Self.bins - 1)] += times
        sum[i] += times * Double(gate)
        squares[i] += times * Double(gate) * Double(gate)
        if gate < Self.low { low += 1 }
      }
      below[head] += times * Double(low)
    }
  }
}
