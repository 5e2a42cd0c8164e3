/// Rotary embedding (Su et al. 2021) and the ways to stretch it, as transformers computes them
/// (modeling_rope_utils.py).
internal import Foundation
package import TareCore

package struct RotarySpec: Sendable, Equatable {
  /// Values of a head that are turned: the first ones.
  package var dim: Int
  package var base: Double
  package var scaling: Scaling = .none
  /// How long texts may be that the scaling was made for, where that is more than the configuration's
  /// `max_position_embeddings`.
  package var extendedLength: Int?
  /// Whether frequencies are rounded to bfloat16. Those for long texts never are: transformers
  /// computes them anew when such a text comes.
  package var isRounded = false

  package enum Scaling: Sendable, Equatable {
    case none
    /// All frequencies divided by a factor.
    case linear(factor: Double)
    /// The base grows with the length of texts over `length`.
    case dynamic(factor: Double, length: Int)
    /// Low frequencies divided, high ones kept, those between blended (Llama 3.1).
    case llama3(factor: Double, low: Double, high: Double, length: Double)
    /// A ramp between divided and kept frequencies (Peng et al. 2023).
    case yarn(Yarn)
    /// The first frequencies of the whole head, divided by a factor, and none for the rest (Gemma 4).
    case proportional(turned: Int, factor: Double)
    /// Each frequency divided by its own factor, by others in texts over `length` (LongRoPE).
    /// `longAttentionFactor` is that of texts over `length`, where it is another.
    case longrope(
      short: [Float], long: [Float], length: Int, attentionFactor: Double,
      longAttentionFactor: Double? = nil)
  }

  package struct Yarn: Sendable, Equatable {
    var factor: Double
    var length: Double
    var betaFast: Double
    var betaSlow: Double
    var truncates: Bool
    var attentionFactor: Double
  }

  package init(dim: Int, base: Double, scaling: Scaling = .none) {
    self.dim = dim
    self.base = base
    self.scaling = scaling
  }

  /// Whether a family turns a part of each head, where a configuration says so.
  package enum Part: Sendable {
    /// transformers turns the whole head with plain frequencies, whatever `partial_rotary_factor`
    /// says; with scaled ones it makes too few of them, and fails.
    case whole
    /// The part is `partial_rotary_factor` of the rotary parameters, or else `outerKey` beside them.
    case chosen(outerKey: String, default: Double)
  }

  /// Texts of lengths with the same number have the same table.
  func variant(length: Int) -> Int {
    switch scaling {
    case .dynamic(_, let limit): length > limit ? length : 0
    case .longrope(_, _, let limit, _, _): length > limit ? 1 : 0
    default: 0
    }
  }

  /// Angle a position, [dim/2], for texts of a length, in float32 as transformers has it.
  func frequencies(length: Int) -> [Float] {
    let exact = exactFrequencies(length: length)
    return isRounded && variant(length: length) == 0 ? exact.map(\.roundedToBFloat16) : exact
  }

  private func exactFrequencies(length: Int) -> [Float] {
    switch scaling {
    case .none: return plain(base)
    case .linear(let factor): return plain(base).map { $0 / Float(factor) }
    case .dynamic(let factor, let limit):
      guard length > limit else { return plain(base) }
      let stretch = factor * Double(length) / Double(limit) - (factor - 1)
      return plain(base * pow(stretch, Double(dim) / Double(dim - 2)))
    case .llama3(let factor, let low, let high, let limit):
      return plain(base).map { frequency in
        let wavelength = 2 * Float.pi / frequency
        if wavelength < Float(limit / high) { return frequency }
        if wavelength > Float(limit / low) { return frequency / Float(factor) }
        let smooth = (Float(limit) / wavelength - Float(low)) / Float(high - low)
        return (1 - smooth) * frequency / Float(factor) + smooth * frequency
      }
    case .proportional(let turned, let factor):
      return plain(base).enumerated().map { $0 < turned ? $1 / Float(factor) : 0 }
    case .yarn(let yarn): return yarnFrequencies(yarn)
    case .longrope(let short, let long, let limit, _, _):
      let factors = length > limit ? long : short
      return zip(factors, powers(base)).map { 1 / ($0 * $1) }
    }
  }

  /// Multiplies cosines and sines in texts of a length.
  func attentionFactor(length: Int) -> Float {
    switch scaling {
    case .yarn(let yarn): Float(yarn.attentionFactor)
    case .longrope(_, _, let limit, let factor, let long):
      Float(length > limit ? long ?? factor : factor)
    default: 1
    }
  }

  /// base^(2i/dim)
  private func powers(_ base: Double) -> [Float] {
    (0..<(dim / 2)).map { pow(Float(base), Float(2 * $0) / Float(dim)) }
  }

  private func plain(_ base: Double) -> [Float] { powers(base).map { 1 / $0 } }

  private func yarnFrequencies(_ yarn: Yarn) -> [Float] {
    /// The place in 0..<dim/2 whose frequency makes so many turns within the trained length.
    func place(ofTurns turns: Double) -> Double {
      Double(dim) * log(yarn.length / (turns * 2 * .pi)) / (2 * log(base))
    }
    var low = place(ofTurns: yarn.betaFast)
    var high = place(ofTurns: yarn.betaSlow)
    if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(dim - 1))
    if low == high { high += 0.001 }
    return powers(base).enumerated().map { index, power in
      let ramp = min(max((Float(index) - Float(low)) / Float(high - low), 0), 1)
      let kept = 1 - ramp
      return 1 / (Float(yarn.factor) * power) * (1 - kept) + 1 / power * kept
    }
  }
}

extension RotarySpec {
  /// Reads `rope_parameters`, or `rope_theta` and `rope_scaling` as older files have them.
  ///
  /// - Parameters:
  ///   - parameters: the object to read in place of the config's, where layers differ.
  ///   - base: the family's default.
  ///   - context: the family's default length.
  ///   - trained: the length before stretching, where it does not come from the rotary parameters.
  ///   - part: whether the family turns a part of each head.
  package init(
    _ config: ModelConfig, headDim: Int, defaultBase: Double = 10_000,
    parameters given: JSONObject? = nil, context defaultContext: Int = 2048, trained: Int? = nil,
    part: Part = .whole
  ) throws(TareError) {
    let scaling = config["rope_scaling"]?.object
    let rope = ModelConfig(
      given ?? scaling ?? config["rope_parameters"]?.object ?? [:],
      source: "\(config.source), rope parameters")
    let outerBase = try config.number("rope_theta", default: defaultBase)
    base = try rope.number("rope_theta", default: given == nil ? outerBase : defaultBase)
    let oldType = try rope.text("type")
    let newType = try rope.text("rope_type")
    let type = newType ?? oldType ?? "default"
    dim = try Self.turned(
      config, rope, isNested: given != nil, headDim: headDim, part,
      isPlain: ["default", "none", "proportional"].contains(type))
    let context = try config.count("max_position_embeddings", default: defaultContext)
    let own = try rope.count("original_max_position_embeddings", default: context)
    let original = Double(
      try config.count("original_max_position_embeddings", default: trained ?? own))
    switch type {
    case "default", "none": self.scaling = .none
    case "linear":
      let factor = try rope.number("factor")
      self.scaling = .linear(factor: factor)
      // A file with parameters for each kind of layer has the stretched length already.
      if given == nil { extendedLength = Self.length(Double(context) * factor) }
    case "proportional":
      let part = try rope.number("partial_rotary_factor", default: 1)
      self.scaling = .proportional(
        turned: Int((part * Double(headDim) / 2).rounded(.down)),
        factor: try rope.number("factor", default: 1))
    case "dynamic":
      guard dim > 2 else {
        throw rope.error("rope_type", "'dynamic'", "another type, as the rotary size is 2")
      }
      self.scaling = .dynamic(factor: try rope.number("factor"), length: context)
      // Any length: the base grows with it.
      extendedLength = Int(Int32.max)
    case "llama3":
      self.scaling = .llama3(
        factor: try rope.number("factor"), low: try rope.number("low_freq_factor"),
        high: try rope.number("high_freq_factor"), length: original)
    case "longrope", "su":
      self.scaling = try Self.longrope(rope, context: context, original: original, dim: dim)
    case "yarn":
      // Phi-3's first files call LongRoPE so.
      if rope["short_factor"] != nil {
        self.scaling = try Self.longrope(rope, context: context, original: original, dim: dim)
      } else {
        let yarn = try Yarn(rope, context: context, original: original)
        self.scaling = .yarn(yarn)
        extendedLength = Self.length(original * yarn.factor)
      }
    default:
      throw rope.error(
        "rope_type", "'\(type)'",
        "default, linear, dynamic, llama3, longrope, proportional, yarn")
    }
  }

  private static func length(_ value: Double) -> Int { Int(min(value, Double(Int32.max))) }

  /// Values of a head that are turned.
  private static func turned(
    _ config: ModelConfig, _ rope: ModelConfig, isNested: Bool, headDim: Int, _ part: Part,
    isPlain: Bool
  ) throws(TareError) -> Int {
    let key = "partial_rotary_factor"
    var outer = try isNested ? nil : config.optionalNumber(key)
    if case .chosen(let outerKey, let usual) = part {
      outer = try config.optionalNumber(outerKey) ?? usual
    }
    let found = try rope.number(key, default: outer ?? 1)
    guard found <= 1 else { throw rope.error(key, "\(found)", "at most 1") }
    let turned = Int(Double(headDim) * found)
    if case .chosen = part { return turned }
    if config.isTranslated { return turned }
    guard turned == headDim || isPlain else {
      throw rope.error(
        key, "\(found)", "1 (the only value that transformers supports with this rope type)")
    }
    return headDim
  }

  private static func longrope(
    _ rope: ModelConfig, context: Int, original: Double, dim: Int
  ) throws(TareError) -> Scaling {
    func factors(_ key: String) throws(TareError) -> [Float] {
      let found = rope[key]?.array ?? []
      let values = found.compactMap(\.double).filter { $0 > 0 && $0.isFinite }.map { Float($0) }
      guard values.count == dim / 2, values.count == found.count else {
        throw rope.error(key, "\(found.count) values", "\(dim / 2) positive numbers")
      }
      return values
    }
    let factor = try rope.number("factor", default: Double(context) / original)
    let attentionFactor = factor <= 1 ? 1 : (1 + log(factor) / log(original)).squareRoot()
    return .longrope(
      short: try factors("short_factor"), long: try factors("long_factor"), length: Int(original),
      attentionFactor: try rope.number("attention_factor", default: attentionFactor))
  }
}

extension RotarySpec.Yarn {
  init(_ rope: ModelConfig, context: Int, original: Double) throws(TareError) {
    let factor = try rope.number("factor", default: Double(context) / original)
    func scale(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
    var attentionFactor = scale(1)
    if let numerator = rope["mscale"]?.double, let divisor = rope["mscale_all_dim"]?.double,
      numerator != 0, divisor != 0
    {
      attentionFactor = scale(numerator) / scale(divisor)
    }
    self.factor = factor
    length = original
    betaFast = try rope.number("beta_fast", default: 32)
    betaSlow = try rope.number("beta_slow", default: 1)
    truncates = try rope.flag("truncate", default: true)
    self.attentionFactor = try rope.number("attention_factor", default: attentionFactor)
  }
}

extension Float {
  /// The nearest bfloat16, the even one of two.
  package var roundedToBFloat16: Float {
    let bits = bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }
}
