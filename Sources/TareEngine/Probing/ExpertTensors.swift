/// The weights of a mixture's experts as they are stored, in float32, one expert at a time.
package import TareCore

package struct ExpertTensors: Sendable {
  /// The layers that have a mixture, with it.
  package let mixtures: [(layer: Int, mixture: MixtureSpec)]
  package let hiddenSize: Int
  private let model: ModelWeights
  private let names: TensorNames
  private let prefix: String

  /// The weights of one expert, row after row.
  package struct Expert: Sendable {
    /// The gate's projection, [neurons, hiddenSize].
    package let w1: [Float]
    /// Down, [hiddenSize, neurons].
    package let w2: [Float]
    /// Up, [neurons, hiddenSize].
    package let w3: [Float]
  }

  /// Nil for a model without mixtures.
  package init?(_ model: ModelWeights) throws(TareError) {
    guard let spec = try model.decoderSpec(),
      let family = try Architectures.family(named: model.config) as? any DecoderArchitecture.Type
    else { return nil }
    mixtures = spec.layers.enumerated().compactMap { index, layer in
      if case .mixture(let mixture) = layer.feedForward { (index, mixture) } else { nil }
    }
    guard !mixtures.isEmpty else { return nil }
    hiddenSize = spec.hiddenSize
    self.model = model
    names = try family.names(model.config)
    prefix =
      WeightReader(model).prefix(of: "\(names.embedding).weight", among: names.prefixes)
      ?? names.prefixes[0]
  }

  /// The experts' rows of a layer's router, [experts][hiddenSize], or [experts][router size] of a
  /// recurrent one.
  package func routerRows(_ layer: Int, _ mixture: MixtureSpec) throws(TareError) -> [[Float]] {
    let (name, width) =
      switch mixture.router {
      case .linear: ("\(names.mixture.router).weight", hiddenSize)
      case .recurrent(_, let size): (names.mixture.recurrent.output, size)
      }
    let values = try WeightReader(model)[place(layer) + name]
      .values(shaped: [mixture.experts, width])
    return (0..<mixture.experts).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
  }

  package func expert(
    _ index: Int, _ layer: Int, _ mixture: MixtureSpec
  ) throws(TareError) -> Expert {
    // Each call has its own: a reader is for one thread at a time.
    let reader = WeightReader(model)
    func values(_ name: String, _ shape: [Int]) throws(TareError) -> [Float] {
      let name = name.replacing("#", with: String(index))
      return try reader["\(place(layer))\(name).weight"].values(shaped: shape)
    }
    let size = mixture.size
    if let both = names.mixture.expertGateUp {
      return try turned(
        gateUp: values(both, [hiddenSize, 2 * size]),
        down: values(names.mixture.expertDown, [size, hiddenSize]), size)
    }
    return Expert(
      w1: try values(names.mixture.expertGate, [size, hiddenSize]),
      w2: try values(names.mixture.expertDown, [hiddenSize, size]),
      w3: try values(names.mixture.expertUp, [size, hiddenSize]))
  }

  /// An expert whose matrices stand as [inputs, outputs], gates and ups in turn.
  private func turned(gateUp: [Float], down: [Float], _ size: Int) -> Expert {
    var (w1, w2, w3) = ([Float](), [Float](), [Float]())
    for neuron in 0..<size {
      for input in 0..<hiddenSize {
        w1.append(gateUp[input * 2 * size + 2 * neuron])
        w3.append(gateUp[input * 2 * size + 2 * neuron + 1])
      }
    }
    for output in 0..<hiddenSize {
      for neuron in 0..<size { w2.append(down[neuron * hiddenSize + output]) }
    }
    return Expert(w1: w1, w2: w2, w3: w3)
  }

  private func place(_ layer: Int) -> String {
    prefix + names.layer.replacing("#", with: String(layer)) + "."
  }
}
