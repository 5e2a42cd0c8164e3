/// Decoders one after the other.
package import TareCore

package struct DecoderSequence: TokenDecoder {
  package static let typeName = "Sequence"
  package static let summary = "decoders one after the other"

  private let decoders: [any TokenDecoder]

  package init(_ part: Part) throws(TareError) {
    var decoders: [any TokenDecoder] = []
    for part in try part.parts("decoders") { decoders.append(try TokenDecoders.make(part)) }
    self.decoders = decoders
  }

  init(_ decoders: [any TokenDecoder]) { self.decoders = decoders }

  package func decode(_ tokens: [[UInt8]]) throws(TareError) -> [[UInt8]] {
    var tokens = tokens
    for decoder in decoders { tokens = try decoder.decode(tokens) }
    return tokens
  }
}
