/// Mixtures of experts in the forward pass: each row is given its experts, then the rows of each
/// expert are put together and multiplied at once.
internal import CKernels

extension ForwardPass {
  /// Rows whose experts' outputs are kept at a time.
  private static let chunk = 1024

  /// Chooses the experts of a block's rows, keeps the rows for `runExperts`, and runs the expert that
  /// all rows share.
  ///
  /// - Parameter input: the rows after the norm, [rows, hiddenSize], one after another.
  func route(
    _ input: FloatView, _ weights: MixtureWeights, _ block: Range<Int>, of set: RowSet,
    layer: Int, _ scratch: BlockScratch
  ) {
    guard case .mixture(let spec) = self.spec.layers[layer].feedForward else { return }
    chooseExperts(input, weights, block, of: set, spec, scratch)
    guard let shared = weights.shared, let scale = spec.shared?.weight else { return }
    let width = self.spec.hiddenSize
    let gates = FloatBuffer(count: block.count)
    weights.sharedGate?.multiply(input, into: gates.view, rows: block.count)
    let inner = self.inner(input, shared, scratch, rows: block.count)
    multiply(inner, shared.down, scratch, into: scratch.output.view)
    if let norms = weights.norms, let state = set.mixture {
      let output = scratch.output.view
      let kept = state.beside.view[from: block.lowerBound * width]
      return norm(output, norms.sharedOutput, into: kept, rows: block.count)
    }
    let target = set.stream.view[from: block.lowerBound * width]
    for row in 0..<block.count {
      var scale = scale
      if weights.sharedGate != nil { kernels.sigmoidGate(&scale, gates.view.base + row, 1) }
      for i in (row * width)..<((row + 1) * width) {
        target.base[i] += scale * scratch.output.view.base[i]
      }
    }
  }

  func chooseExperts(
    _ input: FloatView, _ weights: MixtureWeights, _ block: Range<Int>, of set: RowSet,
    _ spec: MixtureSpec, _ scratch: BlockScratch
  ) {
    guard let state = set.mixture else { return }
    let width = self.spec.hiddenSize
    let kept = state.input.view[from: block.lowerBound * width]
    var routed = input
    if let norms = weights.norms {
      let stream = set.stream.view[from: block.lowerBound * width]
      norm(stream, norms.input, into: kept, rows: block.count)
      norm(stream, norms.router, into: scratch.output.view, rows: block.count)
      routed = scratch.output.view
    } else {
      kept.base.update(from: input.base, count: block.count * width)
    }
    let watch = set.count == all.count ? self.watch?.routing : nil
    let logits = routerLogits(routed, weights, block, of: state, experts: spec.experts, watch)
    for (index, row) in block.enumerated() {
      let view = logits.view[(index * spec.experts)..<((index + 1) * spec.experts)]
      let choice = ExpertChoice(view.array, spec, choiceBias: weights.choiceBias)
      watch?.keep(choice.probabilities, row: row)
      for (slot, choice) in choice.experts.enumerated() {
        state.expert[row * spec.chosen + slot] = choice.expert
        state.weight.view.base[row * spec.chosen + slot] =
          choice.weight * (weights.expertScale?[choice.expert] ?? 1)
      }
    }
  }

  /// What the router says to a block's rows, [rows, experts]; a recurrent router's state goes on.
  private func routerLogits(
    _ input: FloatView, _ weights: MixtureWeights, _ block: Range<Int>, of state: MixtureState,
    experts: Int, _ watch: PassWatch.Routing?
  ) -> FloatBuffer {
    let logits = FloatBuffer(count: block.count * experts)
    guard let unit = self.weights.recurrentRouter, let routerInput = weights.routerInput else {
      weights.router.multiply(
        input, bias: weights.routerBias, into: logits.view, rows: block.count)
      return logits
    }
    let x = FloatBuffer(count: block.count * unit.size)
    routerInput.multiply(input, into: x.view, rows: block.count)
    for (index, row) in block.enumerated() {
      let h = state.router.view[(row * unit.size)..<((row + 1) * unit.size)]
      let before = watch.map { _ in h.array }
      unit.step(h, x.view[from: index * unit.size])
      if let before { watch?.keep(state: h, before: before, row: row) }
      x.view[from: index * unit.size].base.update(from: h.base, count: unit.size)
    }
    weights.router.multiply(x.view, into: logits.view, rows: block.count)
    return logits
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
      pool.run(parts: rows.count) { part, worker in
        if weights.norms != nil {
          return self.addNormed(
            start + part, of: set, place: part, layer, weights, spec, self.scratch[worker])
        }
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

  /// Adds the experts' outputs of a row and what the shared expert made of it, after the norms of each
  /// and of both.
  private func addNormed(
    _ row: Int, of set: RowSet, place: Int, _ layer: LayerWeights, _ weights: MixtureWeights,
    _ spec: MixtureSpec, _ scratch: BlockScratch
  ) {
    guard let state = set.mixture, let norms = weights.norms else { return }
    let width = self.spec.hiddenSize
    let sum = scratch.output.view[0..<width]
    sum.base.update(repeating: 0, count: width)
    for slot in 0..<spec.chosen {
      let weight = state.weight.view.base[row * spec.chosen + slot]
      let output = state.output.view[from: (place * spec.chosen + slot) * width]
      for i in 0..<width { sum.base[i] += weight * output.base[i] }
    }
    norm(sum, norms.output, into: sum, rows: 1)
    let beside = state.beside.view[from: row * width]
    for i in 0..<width { sum.base[i] += beside.base[i] }
    if let postNorm = layer.feedForwardPostNorm { norm(sum, postNorm, into: sum, rows: 1) }
    let target = set.stream.view[from: row * width]
    for i in 0..<width { target.base[i] += sum.base[i] }
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
    /// What the shared expert made of each row, after its norm, where the mixture has norms of its own;
    /// [rows, hiddenSize].
    let beside: FloatBuffer
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
      beside = FloatBuffer(count: found.hasOwnNorms ? rows * spec.hiddenSize : 0)
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
