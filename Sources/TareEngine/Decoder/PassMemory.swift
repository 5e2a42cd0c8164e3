/// The memory of forward passes, kept from one to the next: fresh pages cost time at first touch.

/// Used by one pass at a time; what a pass has taken is free again when the next one begins.
final class PassMemory {
  private var free: [FloatBuffer] = []
  private var taken: [FloatBuffer] = []
  /// A block's activations, one for each worker.
  let scratch: [BlockScratch]

  init(_ spec: DecoderSpec, _ precision: Precision, threads: Int) {
    scratch = (0..<threads).map { _ in BlockScratch(spec, precision) }
  }

  func beginPass() {
    // What the last pass had no use for is given back.
    free = taken
    taken = []
  }

  /// Memory for `count` floats, which hold anything.
  func buffer(count: Int) -> FloatBuffer {
    let fitting = free.indices.filter { free[$0].view.count >= count }
    let best = fitting.min { free[$0].view.count < free[$1].view.count }
    let buffer = best.map { free.remove(at: $0) } ?? FloatBuffer(count: count)
    taken.append(buffer)
    return buffer
  }

  /// The same, zeroed.
  func zeros(count: Int) -> FloatBuffer {
    let buffer = buffer(count: count)
    buffer.view.base.update(repeating: 0, count: count)
    return buffer
  }
}
