/// What a model's numbers say of its files, whatever its family.

/// A tensor with numbers that no trained model has.
package struct SuspectTensor: Sendable, Equatable {
  package enum Fault: Sendable, Equatable {
    /// So many are NaN or infinite.
    case notFinite(Int)
    /// All are 0.
    case zeros
  }

  package let name: String
  package let shape: [Int]
  package let fault: Fault

  /// In a sentence about the model.
  package var description: String {
    let place = "tensor '\(name)' (shape \(shape))"
    switch fault {
    case .notFinite(let count):
      return
        "\(place) has \(count) \(count == 1 ? "number that is" : "numbers that are") not finite"
    case .zeros: return "\(place) has only zeros"
    }
  }
}

extension ModelWeights {
  /// Tensors with numbers that are not finite, and matrices of zeros alone, by name. Vectors may be 0: biases
  /// often are, and some families store the weights of a norm less 1.
  package var suspectTensors: [SuspectTensor] {
    tensors.keys.sorted().compactMap { name in
      guard let stored = tensors[name], stored.entry.count > 0 else { return nil }
      let buffer = FloatBuffer(count: stored.entry.count)
      stored.read(into: buffer.view)
      var notFinite = 0
      var isZero = true
      for value in UnsafeBufferPointer(start: buffer.view.base, count: buffer.view.count) {
        if !value.isFinite { notFinite += 1 }
        if value != 0 { isZero = false }
      }
      let shape = stored.entry.shape
      if notFinite > 0 {
        return SuspectTensor(name: name, shape: shape, fault: .notFinite(notFinite))
      }
      return isZero && shape.count > 1
        ? SuspectTensor(name: name, shape: shape, fault: .zeros) : nil
    }
  }
}
