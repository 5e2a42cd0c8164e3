/// The forward pass: token ids in, hidden states of the asked positions out, nothing padded.
internal import CKernels
internal import Synchronization
package import TareCore

/// A decoder-only transformer, ready to run.
///
/// The tokens of a batch are rows; what sequences have in common at their starts is computed once
/// (`TokenTree`). A layer is two parallel steps: attention over tiles of (branch, head, 64 query
/// positions), then everything that works on single rows (output projection, feed-forward, the next
/// layer's norm, projections and rotation) over blocks of rows. The last layer computes keys and
/// values of all rows, and the rest of those alone that are read.
///
/// Memory beside the weights, at R rows: the residual stream and queries in float32, keys and values
/// of one layer in attention's precision, and one block's activations a thread.
package final class Decoder: Body {
  package let spec: DecoderSpec
  package let precision: Precision
  /// Tensors of the checkpoint that the body does not use: its head's, for instance.
  package let unusedTensors: [String]
  private let weights: DecoderWeights
  private let pool: WorkerPool
  /// One pass at a time: a pass uses all threads. Its memory is made when the first one needs it.
  private let turn = Mutex(Turn())
  /// What the prefix cache has done before the pass that runs.
  private let counts = Mutex(PrefixCounts())

  private struct Turn {
    var memory: PassMemory?
    /// nil where nothing is kept from pass to pass.
    var prefixes: PrefixCache?
  }

  init(
    spec: DecoderSpec, weights: DecoderWeights, precision: Precision, pool: WorkerPool,
    unusedTensors: [String]
  ) {
    self.spec = spec
    self.unusedTensors = unusedTensors
    self.weights = weights
    self.precision = precision
    self.pool = pool
  }

  package var threads: Int { pool.threadCount }
  package var size: BodySize { spec.size }
  /// Where the time of all passes so far went.
  package var times: PassTimes {
    turn.withLock { turn in
      (turn.memory?.scratch ?? []).reduce(into: PassTimes()) { $0 += $1.clock.times }
    }
  }

  /// Keeps keys and values of sequences for those that begin alike, up to so many bytes; 0 for none.
  /// A decoder with linear attention keeps nothing: its states are of whole sequences.
  package func keepPrefixes(bytes: Int) {
    guard spec.linearAttention == nil else { return }
    let cache = PrefixCache(
      panelSize: Int(TARE_KEY_PANEL),
      floatsPerPanel: ForwardPass.keptFloats(spec, precision, below: spec.layerCount),
      bytes: bytes)
    turn.withLock { $0.prefixes = cache.isUseful ? cache : nil }
    count(0, cache.isUseful ? cache.counts : PrefixCounts())
  }

  private func count(_ rows: Int, _ prefixes: PrefixCounts?) {
    counts.withLock { counts in
      let rows = counts.rows + rows
      counts = prefixes ?? counts
      counts.rows = rows
    }
  }

  /// What the prefix cache has done before the pass that runs.
  package var prefixCounts: PrefixCounts { counts.withLock { $0 } }

  /// Hidden states after the final norm.
  ///
  /// - Parameters:
  ///   - sequences: token ids, each at least one, each below the vocabulary's size.
  ///   - positions: for each sequence the positions that are read.
  /// - Returns: for each sequence, for each of its positions, a vector of `hiddenSize`. The bits do
  ///   not depend on the other sequences, their order or the number of threads.
  package func hiddenStates(
    _ sequences: [[Int32]], types: [[Int32]]?, at positions: [[Int]]
  ) throws(TareError) -> [[[Float]]] {
    try hiddenStates(sequences, types: types, at: positions, probe: nil)
  }

  /// - Parameters:
  ///   - sharesPrefixes: false computes every sequence by itself, to the same bits.
  ///   - probe: is told of the pass, which gives the same bits without it.
  package func hiddenStates(
    _ sequences: [[Int32]], types: [[Int32]]?, at positions: [[Int]], sharesPrefixes: Bool = true,
    probe: PassProbe? = nil
  ) throws(TareError) -> [[[Float]]] {
    try knownStates(sequences, at: positions, sharesPrefixes: sharesPrefixes, probe: probe).states
  }

  /// The same, and for each sequence how many of its first tokens the prefix cache had.
  package func knownStates(
    _ sequences: [[Int32]], at positions: [[Int]], sharesPrefixes: Bool = true,
    probe: PassProbe? = nil
  ) throws(TareError) -> (states: [[[Float]]], known: [Int]) {
    precondition(sequences.count == positions.count)
    guard probe == nil || spec.linearAttention == nil else {
      throw .usage("inspection: expected a decoder without layers of linear attention")
    }
    try size.check(sequences)
    for (sequence, positions) in zip(sequences, positions) {
      precondition(positions.allSatisfy(sequence.indices.contains))
    }
    try checkPositions(sequences)
    guard !sequences.isEmpty else { return ([], []) }
    return run(sequences, at: positions, sharesPrefixes: sharesPrefixes, probe: probe)
  }

  /// - Throws: `TareError.badData` for a sequence with more positions than have an embedding.
  private func checkPositions(_ sequences: [[Int32]]) throws(TareError) {
    guard let count = spec.learnedPositions?.count else { return }
    for (index, sequence) in sequences.enumerated() where sequence.count > count {
      throw .badData(
        place: "sequence \(index)", found: "\(sequence.count) tokens",
        accepted: "at most \(count), the positions that the model has embeddings for")
    }
  }

  /// The final states of each sequence's positions, and how many of its tokens were known.
  private func run(
    _ sequences: [[Int32]], at positions: [[Int]], sharesPrefixes: Bool = true,
    probe: PassProbe? = nil
  ) -> (states: [[[Float]]], known: [Int]) {
    // Where tokens see those after them, a start is not the same in two sequences.
    let sharesPrefixes = sharesPrefixes && spec.isCausal
    let variants = sequences.map { ids in spec.rotaries.map { $0.variant(length: ids.count) } }
    return turn.withLock { turn in
      let memory = turn.memory ?? PassMemory(spec, precision, threads: pool.threadCount)
      turn.memory = memory
      var plan = KnownPrefixes(sequences, variants, positions)
      // A probe is told of every token, and who asks for no sharing wants all computed.
      if probe == nil, sharesPrefixes { plan.find(in: &turn.prefixes) }
      let tree = TokenTree(
        sequences, variants: variants, panelSize: Int(TARE_KEY_PANEL),
        sharesPrefixes: sharesPrefixes, known: plan.known, firstReads: plan.firstReads)
      if probe == nil, sharesPrefixes { plan.makeRoom(in: &turn.prefixes, tree) }
      count(tree.rowCount, turn.prefixes?.counts)
      let reads = positions.indices.flatMap { index in
        positions[index].map { tree.row(sequence: index, position: $0) }
      }
      let pass = ForwardPass(
        spec: spec, weights: weights, precision: precision, pool: pool, memory: memory,
        tree: tree, reads: reads, transfer: plan.transfer, probe: probe)
      pass.run()
      let states = positions.indices.map { index in
        positions[index].map { pass.finalState(row: tree.row(sequence: index, position: $0)) }
      }
      return (states, plan.known)
    }
  }

  /// The residual stream as it enters a layer, of every token: what is trained above it needs no more.
  ///
  /// - Parameters:
  ///   - layer: from 0, for the embeddings, up to the number of layers, for what the final norm takes.
  ///   - sequences: token ids, each at least one, each below the vocabulary's size.
  /// - Returns: [sequence][token, hiddenSize]. The bits do not depend on the other sequences.
  /// - Throws: `TareError.usage` for a layer that there is not, and for linear attention.
  package func states(
    below layer: Int, of sequences: [[Int32]]
  ) throws(TareError) -> [[Float]] {
    guard (0...spec.layerCount).contains(layer), spec.linearAttention == nil else {
      throw .usage(
        "states below layer \(layer): expected a decoder of at least so many layers, with attention "
          + "in all of them")
    }
    try size.check(sequences)
    try checkPositions(sequences)
    guard !sequences.isEmpty else { return [] }
    let variants = sequences.map { ids in spec.rotaries.map { $0.variant(length: ids.count) } }
    return turn.withLock { turn in
      let memory = turn.memory ?? PassMemory(spec, precision, threads: pool.threadCount)
      turn.memory = memory
      let plan = KnownPrefixes(sequences, variants, sequences.map { Array($0.indices) })
      let tree = TokenTree(
        sequences, variants: variants, panelSize: Int(TARE_KEY_PANEL),
        sharesPrefixes: spec.isCausal, known: plan.known, firstReads: plan.firstReads)
      count(tree.rowCount, turn.prefixes?.counts)
      let pass = ForwardPass(
        spec: spec, weights: weights, precision: precision, pool: pool, memory: memory,
        tree: tree, reads: 0..<tree.rowCount)
      pass.run(below: layer)
      return sequences.indices.map { index in
        sequences[index].indices.flatMap { position in
          pass.streamState(row: tree.row(sequence: index, position: position))
        }
      }
    }
  }

  /// Logarithms of the probabilities that the model gives to each sequence's own tokens.
  ///
  /// - Parameters:
  ///   - sequences: token ids, each at least one, each below the vocabulary's size.
  ///   - starts: the first position of each sequence whose token counts; the token at 0 has no
  ///     probability and never does.
  /// - Returns: for each sequence log p(token) of the positions from its start on.
  /// - Throws: `TareError.badData` if the model has no language-model head.
  package func logProbabilities(
    _ sequences: [[Int32]], from starts: [Int]
  ) throws(TareError) -> [[Float]] {
    precondition(sequences.count == starts.count)
    try size.check(sequences)
    try checkPositions(sequences)
    guard let output = weights.output else {
      throw .badData(
        place: "tensor 'lm_head.weight'", found: "no such tensor",
        accepted: "a language model")
    }
    guard !sequences.isEmpty else { return [] }
    let counted = zip(sequences, starts).map { sequence, start in
      Array(max(start, 1)..<max(sequence.count, max(start, 1)))
    }
    let states = run(sequences, at: counted.map { $0.map { $0 - 1 } }).states.flatMap { $0 }
    let tokens = zip(sequences, counted).flatMap { sequence, positions in
      positions.map { sequence[$0] }
    }
    let logits = TokenLogits(
      output: output, bias: weights.outputBias, spec: spec, pool: pool)
    var values = turn.withLock { _ in logits.logProbabilities(of: tokens, after: states) }[...]
    return counted.map { positions in
      defer { values = values.dropFirst(positions.count) }
      return Array(values.prefix(positions.count))
    }
  }

  /// Next-token logits, [vocabularySize], from a hidden state after the final norm.
  /// - Throws: `TareError.badData` if the model has no language-model head.
  package func logits(_ hidden: [Float]) throws(TareError) -> [Float] {
    precondition(hidden.count == spec.hiddenSize)
    return try tokenLogits().logits(hidden)
  }

  /// The language-model head.
  /// - Throws: `TareError.badData` if the model has none.
  func tokenLogits() throws(TareError) -> TokenLogits {
    guard let output = weights.output else {
      throw .badData(
        place: "tensor 'lm_head.weight'", found: "no such tensor", accepted: "a language model")
    }
    return TokenLogits(output: output, bias: weights.outputBias, spec: spec, pool: pool)
  }

  /// What uses the pool between passes waits for its turn.
  func withTurn<Value>(_ body: () -> Value) -> Value { turn.withLock { _ in body() } }
}
