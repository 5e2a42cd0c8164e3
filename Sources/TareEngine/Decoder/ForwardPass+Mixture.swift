/// Mixtures of experts in the forward pass: each row is given its experts, then the rows of each
/// expert are put together and multiplied at once.
internal import CKernels

extension ForwardPass {
  /// Rows whose experts' outputs are kept at a time.
  private static let chunk = 1024

  /// Chooses the experts of a block's rows and keeps the rows for `runExperts`.
  ///
  /// - Parameter input: the rows after the norm, [rows, hiddenSize], one after another.
  func route(
    _ input: FloatView, _ weights: MixtureWeights, _ block: Range<Int>, of set: RowSet,
    layer: Int, _ scratch: BlockScratch
  ) {
    guard let state = set.mixture, case .mixture(let spec) = self.spec.layers[layer].feedForward
    else {
      return
    }
    let width = self.spec.hiddenSize
    let rows = block.count
    state.input.view[from: block.lowerBound * width].base.update(
      from: input.base, count: block.count * width)
    let logits = FloatBuffer(count: rows * spec.experts)
    if let unit = self.weights.recurrentRouter, let routerInput = weights.routerInput {
      let x = FloatBuffer(count: rows * unit.size)
      routerInput.multiply(input, into: x.view, rows: rows)
      for (index, row) in block.enumerated() {
        let h = state.router.view[from: row * unit.size]
        unit.step(h, x.view[from: index * unit.size])
        x.view[from: index * unit.size].base.update(from: h.base, count: unit.size)
      }
      weights.router.multiply(x.view, into: logits.view, rows: rows)
    } else {
      weights.router.multiply(input, into: logits.view, rows: rows)
    }
    if let shared = weights.shared, let scale = spec.shared?.weight {
      let inner = self.inner(input, shared, scratch, rows: rows)
      multiply(inner, shared.down, scratch, into: scratch.output.view)
      let target = set.stream.view[from: block.lowerBound * width]
      for i in 0..<(block.count * width) {
        target.base[i] += scale * scratch.output.view.base[i]
      }
    }
    for (index, row) in block.enumerated() {
      let view = logits.view[(index * spec.experts)..<((index + 1) * spec.experts)]
      for (slot, choice) in Self.choose(view.array, spec).enumerated() {
        state.expert[row * spec.chosen + slot] = choice.expert
        state.weight.view.base[row * spec.chosen + slot] = choice.weight
      }
    }
  }

  /// The experts with the largest probabilities, the first of equal ones, and their weights.
  static func choose(
    _ logits: [Float], _ spec: MixtureSpec
  ) -> [(expert: Int, weight: Float)] {
    let top = logits.max() ?? 0
    var probabilities = logits.map { $0 - top }
    tare_kernels().pointee.exponential(&probabilities, probabilities, probabilities.count)
    let total = probabilities.reduce(0, +)
    let order = probabilities.indices.sorted {
      (probabilities[$1], $0) < (probabilities[$0], $1)
    }
    let chosen = order.prefix(spec.chosen).map { (expert: $0, weight: probabilities[$0] / total) }
    guard spec.isNormalised else { return chosen }
    let sum = chosen.reduce(0) { $0 + $1.weight }
    return chosen.map { ($0.expert, $0.weight / sum) }
  }

  /// Runs the experts on the rows that `route` has kept, and adds their outputs to the stream.
  ///
  /// A row's outputs are added in the order of their weights, so the sum does not depend on what
  /// else an expert has to do.
  func runExperts(_ set: RowSet, layer index: Int) {
    let layer = weights.layers[index]
    guard let state = set.mixture, case .mixture(let weights) = layer.feedForward,
      case .mixture(let spec) = self.spec.layers[index].feedForward
    else { return }
    let width = self.spec.hiddenSize
    for start in stride(from: 0, to: set.count, by: Self.chunk) {
      let rows = start..<min(start + Self.chunk, set.count)
      let jobs = self.jobs(rows, spec, state)
      pool.run(parts: jobs.count) { part, worker in
        self.run(jobs[part], start: start, weights, spec, state, self.scratch[worker])
      }
      pool.run(parts: rows.count) { part, _ in
        let target = set.stream.view[from: (start + part) * width]
        for slot in 0..<spec.chosen {
          let weight = state.weight.view.base[(start + part) * spec.chosen + slot]
          let output = state.output.view[from: (part * spec.chosen + slot) * width]
          for i in 0..<width { target.base[i] += spec.weight * weight * output.base[i] }
        }
        if let bias = weights.bias?.view.base {
          for i in 0..<width { target.base[i] += spec.weight * bias[i] }
        }
      }
    }
  }

  /// Rows of one expert, at most `RowBlocks.largest`: each by its place among all choices.
  private struct Job {
    let expert: Int
    let places: ArraySlice<Int>
  }

  private func jobs(_ rows: Range<Int>, _ spec: MixtureSpec, _ state: MixtureState) -> [Job] {
    var places = [[Int]](repeating: [], count: spec.experts)
    for place in (rows.lowerBound * spec.chosen)..<(rows.upperBound * spec.chosen) {
      places[state.expert[place]].append(place)
    }
    return places.enumerated().flatMap { expert, places in
      stride(from: 0, to: places.count, by: RowBlocks.largest).map {
        Job(expert: expert, places: places[$0..<min($0 + RowBlocks.largest, places.count)])
      }
    }
  }

  private func run(
    _ job: Job, start: Int, _ weights: MixtureWeights, _ spec: MixtureSpec, _ state: MixtureState,
    _ scratch: BlockScratch
  ) {
    let width = self.spec.hiddenSize
    let gathered = scratch.normed.view
    for (index, place) in job.places.enumerated() {
      let source = state.input.view[from: place / spec.chosen * width]
      gathered[from: index * width].base.update(from: source.base, count: width)
    }
    let rows = job.places.count
    let expert = weights.experts[job.expert]
    let inner = self.inner(gathered, expert, scratch, rows: rows)
    multiply(inner, expert.down, scratch, into: scratch.output.view)
    for (index, place) in job.places.enumerated() {
      let target = state.output.view[from: (place - start * spec.chosen) * width]
      target.base.update(from: scratch.output.view[from: index * width].base, count: width)
    }
  }

  /// What a mixture's steps hand to each other.
  ///
  /// `@unchecked Sendable`: each row is written by one part of a step.
  final class MixtureState: @unchecked Sendable {
    /// Rows after the norm, [rows, hiddenSize].
    let input: FloatBuffer
    /// The state of a recurrent router, [rows, routerSize].
    let router: FloatBuffer
    let routerSize: Int
    /// The chosen experts of each row and their weights, [rows, chosen].
    let expert: UnsafeMutableBufferPointer<Int>
    let weight: FloatBuffer
    /// The experts' outputs for a chunk of rows, [chunk, chosen, hiddenSize].
    let output: FloatBuffer

    init?(_ spec: DecoderSpec, rows: Int) {
      var found: MixtureSpec?
      for layer in spec.layers {
        if case .mixture(let mixture) = layer.feedForward { found = mixture }
      }
      guard let found else { return nil }
      input = FloatBuffer(count: rows * spec.hiddenSize)
      let size = if case .recurrent(_, let size) = found.router { size } else { 0 }
      routerSize = size
      router = FloatBuffer(count: rows * size)
      expert = .allocate(capacity: rows * found.chosen)
      expert.initialize(repeating: 0)
      weight = FloatBuffer(count: rows * found.chosen)
      output = FloatBuffer(
        count: min(rows, ForwardPass.chunk) * found.chosen * spec.hiddenSize)
    }

    /// Takes over the recurrent router's state of another set's row.
    func copyRouter(_ row: Int, of other: MixtureState, to place: Int) {
      let size = routerSize
      router.view[from: place * size].base.update(
        from: other.router.view[from: row * size].base, count: size)
    }

    deinit { expert.deallocate() }
  }
}
