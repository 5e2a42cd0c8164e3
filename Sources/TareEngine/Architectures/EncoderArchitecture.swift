/// A family of encoders, described as data.
internal import TareCore

/// Every token sees all others, so nothing of a text is known from its start alone, and prompt and
/// response are the two texts of a pair.
protocol EncoderArchitecture: Architecture {
  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec
  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames
}

extension EncoderArchitecture {
  package static var readsPairs: Bool { true }
  package static var precisions: [Precision] { [.float32] }
  package static var sharesPrefixes: Bool { false }

  package static func size(_ config: ModelConfig) throws(TareError) -> BodySize {
    try spec(config).checked(config).size
  }

  package static func body(_ model: ModelWeights, threads: Int) throws(TareError) -> any Body {
    try Encoder(
      model, spec(model.config).checked(model.config), names(model.config), family: key,
      threads: threads)
  }
}
