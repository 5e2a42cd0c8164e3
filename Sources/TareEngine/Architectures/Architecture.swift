/// What a model family must say: its sizes and switches, and what its tensors are called.
package import TareCore

/// A family of models. Its key is Hugging Face's `model_type`.
package protocol Architecture: Registered {
  /// Whether the family reads prompt and response as the two texts of a pair, where it has no chat
  /// template.
  static var readsPairs: Bool { get }
  /// The padding token of transformers' configuration class, which counts where config.json says
  /// nothing; nil where the class has none.
  static var defaultPadID: Int32? { get }
  /// The precisions that the family runs in.
  static var precisions: [Precision] { get }
  /// Whether what sequences have in common at their starts is computed once.
  static var sharesPrefixes: Bool { get }
  /// Reads the sizes from the model's configuration, without its weights.
  static func size(_ config: ModelConfig) throws(TareError) -> BodySize
  /// The head that gives next tokens' logits, of a family that is no decoder described as data; nil for
  /// none.
  static func languageHead(_ config: ModelConfig) throws(TareError) -> LanguageHead?
  /// Loads the weights.
  /// - Throws: `TareError.badData` for missing and misshapen tensors, and for tensors in the layers
  ///   that the family does not use, each by name.
  static func body(_ model: ModelWeights, threads: Int) throws(TareError) -> any Body
}

extension Architecture {
  package static var readsPairs: Bool { false }
  package static var defaultPadID: Int32? { nil }
  package static var precisions: [Precision] { Precision.allCases }
  package static var sharesPrefixes: Bool { true }

  package static func languageHead(_ config: ModelConfig) throws(TareError) -> LanguageHead? {
    nil
  }
}

/// What gives next tokens' logits: the first of these layers that there is, of scaled states.
package struct LanguageHead: Sendable {
  package let names: [String]
  package let scale: Float
}

/// The sizes that every model has.
package struct BodySize: Sendable, Equatable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  package var layerCount: Int
  /// Positions that texts may have: those the model was trained for, and those that its rotary
  /// embedding is stretched to.
  package var contextLength: Int
  /// Parameters of the layers and the embeddings, the head not counted.
  package var parameterCount: Int
}

extension BodySize {
  /// What the configuration says of the limits for texts, be the family one that Tare computes or not;
  /// no limit where it says nothing.
  package init(ofAnyFamily config: ModelConfig) throws(TareError) {
    if let family = try? Architectures.family(named: config) {
      self = try family.size(config)
      return
    }
    self.init(
      vocabularySize: config["vocab_size"]?.int ?? Int(Int32.max), hiddenSize: 0, layerCount: 0,
      contextLength: config["max_position_embeddings"]?.int ?? Int(Int32.max), parameterCount: 0)
  }

  /// - Throws: `TareError.badData` for an empty sequence and for ids outside the vocabulary.
  func check(_ sequences: [[Int32]]) throws(TareError) {
    for (index, sequence) in sequences.enumerated() {
      let place = "sequence \(index)"
      guard !sequence.isEmpty else {
        throw .badData(place: place, found: "no tokens", accepted: "at least one")
      }
      if let bad = sequence.first(where: { $0 < 0 || $0 >= vocabularySize }) {
        throw .badData(
          place: place, found: "token \(bad)", accepted: "ids from 0 to \(vocabularySize - 1)")
      }
    }
  }
}

/// The body of a model, ready to run: token ids in, hidden states out.
package protocol Body: AnyObject, Sendable {
  var size: BodySize { get }
  var threads: Int { get }
  /// Tensors of the checkpoint that the body does not use: its head's, for instance.
  var unusedTensors: [String] { get }

  /// Hidden states after the last layer and its norm.
  ///
  /// - Parameters:
  ///   - sequences: token ids, each at least one, each below the vocabulary's size.
  ///   - types: the token types of each sequence; nil, or empty, for families without them.
  ///   - positions: for each sequence the positions that are read.
  /// - Returns: for each sequence, for each of its positions, a vector of `hiddenSize`. The bits do
  ///   not depend on the other sequences, their order or the number of threads.
  func hiddenStates(
    _ sequences: [[Int32]], types: [[Int32]]?, at positions: [[Int]]
  ) throws(TareError) -> [[[Float]]]
}

extension Body {
  package func hiddenStates(
    _ sequences: [[Int32]], at positions: [[Int]]
  ) throws(TareError) -> [[[Float]]] {
    try hiddenStates(sequences, types: nil, at: positions)
  }
}

/// A family of decoders, described as data.
package protocol DecoderArchitecture: Architecture {
  /// Reads the sizes and switches from the model's configuration.
  /// - Throws: `TareError.badData` for what is missing, and for every feature that this family can
  ///   have and that is not supported: never a silently different model.
  static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec
  static func names(_ config: ModelConfig) throws(TareError) -> TensorNames
  /// Whether the embedding is the language-model head where config.json does not say.
  static var isTiedByDefault: Bool { get }
}

extension DecoderArchitecture {
  package static var isTiedByDefault: Bool { false }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    TensorNames()
  }

  package static func size(_ config: ModelConfig) throws(TareError) -> BodySize {
    try spec(config).checked().size
  }

  package static func body(_ model: ModelWeights, threads: Int) throws(TareError) -> any Body {
    try Decoder(model, self, threads: threads)
  }
}

extension DecoderSpec {
  package var size: BodySize {
    BodySize(
      vocabularySize: vocabularySize, hiddenSize: hiddenSize, layerCount: layerCount,
      contextLength: rotaries.compactMap(\.extendedLength).reduce(contextLength, max),
      parameterCount: parameterCount)
  }
}

extension DecoderSpec {
  /// What most families share: RMS norms, grouped-query attention, rotary embedding, SwiGLU. A family
  /// starts from this and sets what it does otherwise.
  init(
    _ config: ModelConfig, defaultEpsilon: Double = 1e-6, defaultRotaryBase: Double = 10_000,
    headDim defaultHeadDim: Int? = nil, context defaultContext: Int = 2048,
    rotaryPart: RotarySpec.Part = .whole
  ) throws(TareError) {
    try config.refuseLookingAhead()
    let hidden = try config.count("hidden_size")
    let heads = try config.count("num_attention_heads")
    let isNull = config.values["head_dim"] == .null
    let headDim = try config.count(
      "head_dim", default: (isNull ? nil : defaultHeadDim) ?? hidden / heads)
    let size = try config.count("intermediate_size")
    self.init(
      vocabularySize: try config.count("vocab_size"), hiddenSize: hidden, headCount: heads,
      keyValueHeadCount: try config.count("num_key_value_heads", default: heads),
      headDim: headDim,
      contextLength: try config.count("max_position_embeddings", default: defaultContext),
      norm: NormSpec(epsilon: try config.number("rms_norm_eps", default: defaultEpsilon)),
      layers: Array(
        repeating: LayerSpec(feedForward: .gated(size: size)),
        count: try config.count("num_hidden_layers")),
      rotaries: [
        try RotarySpec(
          config, headDim: headDim, defaultBase: defaultRotaryBase, context: defaultContext,
          part: rotaryPart)
      ],
      attentionScale: 1 / Float(headDim).squareRoot())
    activation = try config.choice("hidden_act", Activation.names, default: .silu)
  }

  /// Gives all layers the same window.
  mutating func slideAll(_ window: Int?) {
    for index in layers.indices { layers[index].window = window }
  }

  /// Gives layers a sliding window: those that `layer_types` names, or else those that `isSliding`
  /// tells by their index.
  mutating func slide(
    _ config: ModelConfig, window: Int?, isSliding: (Int) -> Bool
  ) throws(TareError) {
    for (index, slides) in try config.slidingLayers(layerCount, isSliding).enumerated() {
      layers[index].window = slides ? window : nil
    }
  }

  /// Makes all feed-forward blocks such without gates.
  mutating func dropGates() {
    for index in layers.indices {
      if case .gated(let size) = layers[index].feedForward {
        layers[index].feedForward = .plain(size: size)
      }
    }
  }
}

extension ModelConfig {
  /// Which of `count` layers have a window: those that `layer_types` names, or else those that
  /// `isSliding` tells by their index.
  func slidingLayers(
    _ count: Int, _ isSliding: (Int) -> Bool
  ) throws(TareError) -> [Bool] {
    guard let types = self["layer_types"]?.array else { return (0..<count).map(isSliding) }
    guard types.count == count else {
      throw error("layer_types", "\(types.count) layers", "\(count)")
    }
    var slides: [Bool] = []
    for (index, type) in types.enumerated() {
      switch type.string {
      case nil: slides.append(isSliding(index))
      case "sliding_attention": slides.append(true)
      case "full_attention": slides.append(false)
      case let other?:
        throw error("layer_types", "'\(other)'", "full_attention, sliding_attention")
      }
    }
    return slides
  }
}

extension ModelConfig {
  /// transformers 5.23 lets every decoder look both ways whose configuration has an `is_causal` that
  /// is not true: null is none.
  fileprivate func refuseLookingAhead() throws(TareError) {
    let key = "is_causal"
    guard let found = values[key], found != true, found.double.map({ $0 == 0 }) ?? true else {
      return
    }
    throw error(
      key, found.text(), "true, as decoders with attention to later tokens are not supported")
  }
}
